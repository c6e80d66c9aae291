import {
  accessSync,
  constants,
  existsSync,
  readFileSync,
  readdirSync,
  realpathSync,
  statSync,
} from "node:fs";
import { join, resolve } from "node:path";
import type { CgroupManager, CgroupSystem } from "@ns/cgroup";
import { homeIn } from "@ns/idmap";
import { openRoot, readMountinfo } from "@ns/mount";
import type { Config } from "@ns/oci";
import { Capabilities, type Inherited } from "@ns/syscalls";
import { MiniboxError } from "../error.ts";
import { describeEntry } from "../host/host.ts";
import { hasCapability, isInitialUserNamespace } from "../host/privileges.ts";
import type { BundleFacts, TreeEntry } from "../plan/oci/facts.ts";
import { footholdIn } from "./foothold.ts";

/** What there is for a container already. */
export interface Taken {
  /** Undefined: it has none of its own. */
  readonly cgroup?: CgroupManager | undefined;
  /** Its mounts with mapped ids, by their number. */
  readonly idmapped: ReadonlyMap<number, Inherited>;
  /** Undefined: it gets one of its own. */
  readonly mountNamespace?: Inherited | undefined;
  /** The container's own, where its state is. */
  readonly directory: string;
}

/**
 * What the plan of a bundle depends on, each read when it is asked for.
 * @throws {MiniboxError} `ERR_NO_ROOTFS`
 */
export function gatherFacts(
  bundle: string,
  config: Config,
  system: CgroupSystem,
  { cgroup: manager, idmapped, mountNamespace, directory }: Taken,
): BundleFacts {
  const rootfs = findRootfs(bundle, config);
  return {
    bundle,
    rootfs,
    euid: process.geteuid?.() ?? 0,
    get canMakeDevices() {
      return hasCapability(Capabilities.MKNOD) && isInitialUserNamespace();
    },
    get isRootless() {
      return process.geteuid?.() !== 0 || !isInitialUserNamespace();
    },
    isOwnNamespace,
    mountNamespace,
    get foothold() {
      return footholdIn(directory);
    },
    get hasKcore() {
      return existsSync("/proc/kcore");
    },
    get hasAppArmor() {
      return hasAppArmor();
    },
    get hasSelinux() {
      return hasSelinux();
    },
    get mounts() {
      return readMountinfo();
    },
    hierarchies: [
      ...system.v1,
      ...(system.v2 === undefined ? [] : [system.v2]),
    ].filter(({ version }) => version === 1 || system.mode === "v2"),
    cgroups: cgroupsByMount(system, manager),
    isDirectory: (path) =>
      statSync(path, { throwIfNoEntry: false })?.isDirectory(),
    listTree: (path) => listTree(rootfs, path),
    idmapped,
    homeOf: (uid) => homeIn(rootfs, uid),
  };
}

function isOwnNamespace(path: string): boolean {
  try {
    const it = statSync(path);
    return readdirSync("/proc/self/ns").some((name) => {
      const own = statSync(`/proc/self/ns/${name}`);
      return own.ino === it.ino && own.dev === it.dev;
    });
  } catch (error) {
    // one that may not be looked at, or is not there, cannot be joined either
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EACCES" || code === "ENOENT") return false;
    throw error;
  }
}

/** Whether AppArmor confines programs here. */
export function hasAppArmor(): boolean {
  const path = "/sys/module/apparmor/parameters/enabled";
  return existsSync(path) && readFileSync(path, "utf8").startsWith("Y");
}

/** Whether SELinux does. */
export function hasSelinux(): boolean {
  return existsSync("/sys/fs/selinux/enforce");
}

function findRootfs(bundle: string, { root }: Config): string {
  const path = resolve(bundle, root?.path ?? "");
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats?.isDirectory() !== true)
    throw new MiniboxError(
      "ERR_NO_ROOTFS",
      `invalid rootfs '${path}': expected a directory`,
    );
  if (stats.ino === statSync("/").ino && stats.dev === statSync("/").dev)
    throw new MiniboxError(
      "ERR_NO_ROOTFS",
      `invalid rootfs '${path}': it would be the host's own`,
    );
  return realpathSync(path);
}

function cgroupsByMount(
  system: CgroupSystem,
  manager: CgroupManager | undefined,
): Record<string, string> {
  const directories = Object.values(manager?.directories ?? {});
  const known: Record<string, string> = {};
  const trees = [...system.v1, ...(system.v2 === undefined ? [] : [system.v2])];
  for (const { mountpoint } of trees) {
    const own = directories.find((path) => path.startsWith(`${mountpoint}/`));
    if (own !== undefined) known[mountpoint] = own;
  }
  return known;
}

/** What is at a path of the root file system and below, found without leaving it. */
function listTree(rootfs: string, path: string): TreeEntry[] {
  using root = openRoot(rootfs);
  try {
    using directory = root.open(path);
    const base = directory.procPath();
    accessSync(base, constants.R_OK);
    const visit = (relative: string): TreeEntry[] =>
      readdirSync(join(base, relative)).flatMap((name) => {
        const below = relative === "" ? name : `${relative}/${name}`;
        const entry = describeEntry(join(base, below));
        if (entry === undefined) return [];
        const own = { ...entry, path: below };
        return entry.type === "directory" ? [own, ...visit(below)] : [own];
      });
    return visit("");
  } catch (error) {
    // there is nothing to be covered
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}
