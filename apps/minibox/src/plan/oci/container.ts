import type { Config } from "@ns/oci";
import { planMoveRoot } from "@ns/mount";
import type { SpawnOptions } from "@ns/spawn";
import {
  AtFlags,
  CloneFlags,
  FileMode,
  joinSessionKeyring,
  mknodat,
  MountAttrFlags,
  mountSetattr,
  setdomainname,
  sethostname,
  setresgid,
  setresuid,
  step,
  type Step,
  umask,
  unshare,
} from "@ns/syscalls";
import { bringUpLoopback } from "../network.ts";
import { enterStagedRoot, takeRoot } from "../root.ts";
import {
  makeDeviceFiles,
  makeDeviceLinks,
  takeDeviceFiles,
} from "./device-files.ts";
import type { BundleFacts } from "./facts.ts";
import { setExecutionDomain, writeKernelSettings } from "./kernel-settings.ts";
import { KnownPlaces } from "./known-places.ts";
import { coverPaths, makeReadOnly, takeCovers } from "./masks.ts";
import { planMounts } from "./mounts.ts";
import { isNew, namespaceOf, planNamespaces } from "./namespaces.ts";
import { inParent, partsOf } from "./place.ts";
import { planProcess, prepareProcess } from "./process.ts";
import { loosenFromHost, propagateRoot } from "./propagation.ts";
import { checkLabels } from "./security-labels.ts";
import { unsupported } from "./unsupported.ts";
import { planWayIn } from "./way-in.ts";

/** How a container is to be made, besides what its configuration says. */
export interface BundleWishes {
  readonly id: string;
  readonly noPivot: boolean;
  readonly newKeyring: boolean;
  readonly preserveFds: number;
  /** Whether the process gets its cgroup during that pause, and its cgroup namespace after. */
  readonly cgroupAtPause: boolean;
}

/** What `spawn` is to be called with, and after how many steps of its set-up it may pause. */
export interface BundlePlan {
  readonly file: string;
  readonly args: readonly string[];
  readonly options: SpawnOptions;
  /** When the namespaces are there, and nothing in them. */
  readonly afterIsolation: number;
  /** When the mounts are there, and the host's root still is: for hooks. */
  readonly afterMounts: number;
}

/** The plan of a container from its configuration, which has been validated. Pure. */
export function planBundle(
  config: Config,
  wishes: BundleWishes,
  facts: BundleFacts,
): BundlePlan {
  const { process, linux = {} } = config;
  checkLabels(process ?? {}, linux.mountLabel ?? "", facts);
  if (process === undefined)
    throw unsupported("process", "expected what to run");
  const { file, args, options } = planProcess(process, {
    homeOf: facts.homeOf,
    groupsAreFixed: groupsAreFixed(config, facts),
    preserveFds: wishes.preserveFds,
  });
  const first = isolate(config, wishes);
  const { untilHooks, afterHooks } = build(config, wishes, facts);
  const inCgroup = enterCgroupNamespace(config, wishes);
  const afterIsolation = first.length;
  return {
    file,
    args,
    afterIsolation,
    afterMounts: afterIsolation + inCgroup.length + untilHooks.length,
    options: {
      ...planNamespaces(config, wishes.cgroupAtPause ? ["cgroup"] : []),
      ...options,
      setup: [
        ...first,
        ...inCgroup,
        ...untilHooks,
        ...afterHooks,
        ...setExecutionDomain(config),
        ...prepareProcess(process),
      ],
      pdeathsig: "SIGKILL",
    },
  };
}

/** What of the container's own does not need its root. */
function isolate(config: Config, { id, newKeyring }: BundleWishes): Step[] {
  const { linux = {}, hostname = "", domainname = "" } = config;
  const network = namespaceOf(config, "network");
  return [
    ...(newKeyring ? [ownKeyring(id)] : []),
    step(umask(0), { why: "modes are meant as they are given" }),
    ...(hostname === ""
      ? []
      : [step(sethostname(hostname), { why: "hostname" })]),
    ...(domainname === ""
      ? []
      : [step(setdomainname(domainname), { why: "domainname" })]),
    ...(network !== undefined && isNew(network) ? bringUpLoopback() : []),
    ...loosenFromHost(linux.rootfsPropagation),
  ];
}

function ownKeyring(id: string): Step {
  return step(joinSessionKeyring(`_ses.${id}`), {
    why: "no keys of the caller's",
    // No keyrings in this kernel, or not for us.
    ignore: ["ENOSYS", "EPERM", "EDQUOT"],
  });
}

/** The cgroup namespace begins where the process is now. */
function enterCgroupNamespace(
  config: Config,
  { cgroupAtPause }: BundleWishes,
): Step[] {
  const cgroup = namespaceOf(config, "cgroup");
  if (!cgroupAtPause || cgroup === undefined || !isNew(cgroup)) return [];
  return [
    step(unshare(CloneFlags.NEWCGROUP), {
      why: "this cgroup is the root of those we see",
    }),
  ];
}

/**
 * Takes hold of what is the host's, makes what is new, changes the root, and then attaches all that where no path leads
 * to the host any more, in the order of the configuration. With hooks that have to see both, only this process's root
 * changes at first; in a mount namespace that others are in, no other ever does.
 */
function build(
  config: Config,
  wishes: BundleWishes,
  facts: BundleFacts,
): { readonly untilHooks: Step[]; readonly afterHooks: Step[] } {
  const { linux = {}, mounts = [], root, process } = config;
  const { noPivot } = wishes;
  const hasUserNamespace = namespaceOf(config, "user") !== undefined;
  const known = new KnownPlaces();
  const planned = planMounts(config, facts, known);
  const devices = isOnHostsDev(mounts)
    ? undefined
    : takeDeviceFiles(
        linux.devices ?? [],
        facts.canMakeDevices && !hasUserNamespace,
      );
  const covers = takeCovers(linux.maskedPaths ?? []);
  const tree = takeRoot(facts.rootfs);
  const { rootfs } = facts;
  const way = planWayIn(tree.mount, config, wishes, facts);
  return {
    untilHooks: [
      ...covers.take,
      ...(devices?.steps ?? []),
      ...planned.flatMap(({ take }) => take),
      ...(noPivot && way === undefined ? [] : tree.steps),
      ...(hasUserNamespace ? becomeRoot() : []),
      ...covers.make,
      ...planned.flatMap(({ make }) => make),
      ...(way?.enter ??
        (noPivot
          ? planMoveRoot(rootfs, { mounts: facts.mounts })
          : enterStagedRoot(tree.mount))),
      ...planned.flatMap(({ attach }) => attach),
      ...(devices === undefined
        ? []
        : [
            ...makeDeviceFiles(devices, known),
            ...makeDeviceLinks(facts.hasKcore, known),
          ]),
      ...(way?.showHost ?? []),
    ],
    afterHooks: [
      ...(way?.finish ?? []),
      ...(process?.terminal === true ? makeConsole(known) : []),
      ...writeKernelSettings(config, facts),
      ...propagateRoot(linux.rootfsPropagation),
      ...(root?.readonly === true ? [sealRoot()] : []),
      ...makeReadOnly(linux.readonlyPaths ?? []),
      ...coverPaths(covers),
    ],
  };
}

/** Whether /dev is the host's own, which is left as it is. */
function isOnHostsDev(mounts: NonNullable<Config["mounts"]>): boolean {
  return mounts.some(
    ({ destination, type, options = [] }) =>
      partsOf(destination).join("/") === "dev" &&
      (type === "bind" ||
        options.some((option) => option === "bind" || option === "rbind")),
  );
}

/** Files that are made from here on belong to root inside, who is nobody outside. */
export function becomeRoot(): Step[] {
  const why = "root of the user namespace";
  // 0 may not be mapped
  const ignore = ["EINVAL"] as const;
  return [
    step(setresgid(0, 0, 0), { why, ignore }),
    step(setresuid(0, 0, 0), { why, ignore }),
  ];
}

/** A file that the terminal is mounted on: new, or one that is there, but no link (CVE-2026-88264 of crun). */
function makeConsole(known: KnownPlaces): Step[] {
  const path = "/dev/console";
  return inParent(path, path, known, (directory, name) => [
    step(mknodat(directory, name, FileMode.IFREG | 0o600), {
      why: "where the terminal is shown",
      ignore: ["EEXIST"],
    }),
  ]);
}

/** Not recursive: each mount has the options that its configuration gives it. */
function sealRoot(): Step {
  return step(
    mountSetattr(AtFlags.FDCWD, "/", 0, { attr_set: MountAttrFlags.RDONLY }),
    { why: "root.readonly" },
  );
}

function groupsAreFixed(config: Config, { euid }: BundleFacts): boolean {
  const [first, second] = config.linux?.gidMappings ?? [];
  return (
    euid !== 0 &&
    namespaceOf(config, "user") !== undefined &&
    first?.size === 1 &&
    second === undefined
  );
}
