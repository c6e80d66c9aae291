import { statSync } from "node:fs";
import { dirname, resolve as resolvePath } from "node:path";
import { homeOf, readUserDatabase, resolveUser } from "@ns/idmap";
import { getrandom, invoke } from "@ns/syscalls";
import { defaultEnvironment } from "./environment.ts";
import { MiniboxError } from "./error.ts";
import type { Entry, Host } from "./host/host.ts";
import type { RunOptions, Volume } from "./options.ts";
import type { ResolvedRun } from "./plan/container.ts";
import type { User } from "./plan/ids.ts";
import type { ResolvedVolume } from "./plan/volumes.ts";

/** What runc takes for an id, and so what engines expect of one. */
const NAME = /^[A-Za-z0-9_+-][A-Za-z0-9_+.-]{0,1023}$/;
/** A host name; see hostname(7). The kernel takes 64 bytes. */
const HOSTNAME = /^[A-Za-z0-9_]([A-Za-z0-9_.-]{0,62}[A-Za-z0-9_])?$/;

/**
 * Checks the options and looks up what they name on the host. Nothing is changed.
 * @throws {MiniboxError} naming the option, the value, and what was expected.
 */
export function resolveRun(run: RunOptions, host: Host): ResolvedRun {
  const { command, rootfs, readOnly, net, seccomp, terminal } = run;
  if (command.length === 0)
    throw new MiniboxError("ERR_NO_COMMAND", "no command to run");
  const root = rootfs === undefined ? undefined : resolveRootfs(rootfs, host);
  const name = run.name ?? randomName();
  check(
    "name",
    name,
    NAME,
    "letters, digits and _+-. , not starting with a dot",
  );
  const hostname = run.hostname ?? name.slice(0, 63);
  if (run.hostname !== undefined)
    check(
      "hostname",
      hostname,
      HOSTNAME,
      "letters, digits and -. , at most 64",
    );
  for (const key of Object.keys(run.env ?? {}))
    check("environment variable", key, /^[^=\0]+$/, "a name without '='");
  const database = readUserDatabase(root ?? "/");
  const user = resolveUser(run.user ?? "0", database);
  return {
    command,
    rootfs: root,
    readOnly,
    net,
    seccomp,
    terminal,
    name,
    hostname,
    user,
    cwd: resolveCwd(run, user, host),
    volumes: (run.volumes ?? []).map((volume) => resolveVolume(volume, host)),
    env: defaultEnvironment(run, host, {
      home: homeOf(user.uid, database),
      hostname,
    }),
  };
}

/** Twelve hexadecimal digits. */
function randomName(): string {
  const bytes = Buffer.alloc(6);
  // node:crypto takes 8 ms to load.
  invoke(getrandom(bytes));
  return bytes.toString("hex");
}

function check(
  what: string,
  value: string,
  form: RegExp,
  expected: string,
): void {
  if (form.test(value)) return;
  throw new MiniboxError(
    "ERR_INVALID_OPTION",
    `invalid ${what} '${value}': expected ${expected}`,
  );
}

function resolveRootfs(rootfs: string, host: Host): string {
  const path = hostPath("root file system", rootfs, host);
  if (typeOf(path) !== "directory") {
    throw new MiniboxError(
      "ERR_NO_ROOTFS",
      `no root file system at '${path}': expected a directory`,
    );
  }
  if (isHostRoot(path)) {
    throw new MiniboxError(
      "ERR_INVALID_OPTION",
      `invalid root file system '${path}': it would be the host's own, read-write`,
      {
        hint: "without --rootfs the command gets a throw-away copy of it",
      },
    );
  }
  return path;
}

/** By whatever name: a symbolic link may lead there. */
function isHostRoot(path: string): boolean {
  const [it, root] = [statSync(path), statSync("/")];
  return it.dev === root.dev && it.ino === root.ino;
}

/** A path of the host's, made absolute. */
function hostPath(what: string, path: string, { cwd }: Host): string {
  check(what, path, /./, "a path");
  if (cwd === undefined)
    check(
      what,
      path,
      /^\//,
      "an absolute path, as the current directory is gone",
    );
  return resolvePath(cwd ?? "/", path);
}

function resolveCwd(
  { cwd, rootfs }: RunOptions,
  user: User,
  host: Host,
): string {
  if (cwd !== undefined) {
    check("working directory", cwd, /^\//, "an absolute path");
    return cwd;
  }
  if (rootfs !== undefined || host.cwd === undefined || isKernels(host.cwd))
    return "/";
  return canWorkIn(host.cwd, user, host) ? host.cwd : "/";
}

/**
 * Without privileges, whoever the user is inside, it is the caller to the file system, and of a directory of the root that it
 * may not list it has no copy.
 */
function canWorkIn(directory: string, user: User, host: Host): boolean {
  if (!host.privileged) {
    const top = /^\/[^/]*/.exec(directory)?.[0] ?? "/";
    return host.canEnter(directory) && host.canEnter(top);
  }
  if (user.uid === 0) return host.canEnter(directory);
  const above = dirname(directory);
  return (
    maySearch(host.stat(directory), user) &&
    (above === directory || canWorkIn(above, user, host))
  );
}

/** By the permission bits of a directory; see path_resolution(7). */
function maySearch(entry: Entry | undefined, user: User): boolean {
  if (entry === undefined) return false;
  if (entry.uid === user.uid) return (entry.mode & 0o100) !== 0;
  const inGroup = [user.gid, ...user.groups].includes(entry.gid);
  return (entry.mode & (inGroup ? 0o010 : 0o001)) !== 0;
}

/** /proc, /sys and /dev inside are not the host's. */
function isKernels(path: string): boolean {
  return /^\/(?:proc|sys|dev)(?:\/|$)/.test(path);
}

function resolveVolume(volume: Volume, host: Host): ResolvedVolume {
  const { destination } = volume;
  check(
    "volume destination",
    destination,
    /^\/.*[^/.]/,
    "an absolute path below /",
  );
  if (destination.split("/").includes(".."))
    check("volume destination", destination, /^$/, "a path without '..'");
  const source = hostPath("volume source", volume.source, host);
  const type = typeOf(source);
  if (type === undefined) {
    throw new MiniboxError(
      "ERR_NO_VOLUME",
      `no volume source '${source}': expected a file or directory of the host`,
    );
  }
  return { ...volume, source, type };
}

function typeOf(path: string): "directory" | "file" | undefined {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return undefined;
  return stats.isDirectory() ? "directory" : "file";
}
