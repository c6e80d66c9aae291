import type { SpawnOptions } from "@ns/spawn";
import {
  CloneFlags,
  currentArch,
  joinSessionKeyring,
  sethostname,
  step,
  type Step,
} from "@ns/syscalls";
import type { Host } from "../host/host.ts";
import type { RunOptions } from "../options.ts";
import { CONTAINER_CAPABILITIES } from "./capabilities.ts";
import { defaultFilter } from "./default-filter.ts";
import { makeDev, takeDevices } from "./devices.ts";
import { mapIds, type User } from "./ids.ts";
import { makePrivate } from "./isolate.ts";
import {
  attachKernelFilesystems,
  makeKernelFilesystems,
  maskPaths,
} from "./kernel-filesystems.ts";
import { bringUpLoopback } from "./network.ts";
import { layoutRoot } from "./root-layout.ts";
import {
  buildRootfs,
  buildThrowawayRoot,
  enterRoot,
  sealRoot,
} from "./root.ts";
import { attachVolumes, type ResolvedVolume, takeVolumes } from "./volumes.ts";

/** Options whose names and paths have been looked up. */
export interface ResolvedRun extends Omit<
  RunOptions,
  "user" | "volumes" | "env" | "name" | "cwd"
> {
  readonly name: string;
  readonly user: User;
  readonly volumes: readonly ResolvedVolume[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
}

/** What `spawn` is to be called with. */
export interface ContainerPlan {
  readonly file: string;
  readonly args: readonly string[];
  readonly options: SpawnOptions;
}

/** The plan of a container: pure, nothing has happened yet. */
export function planContainer(run: ResolvedRun, host: Host): ContainerPlan {
  const [file, ...args] = run.command;
  const inUserNamespace = !host.privileged;
  const ownNetwork = run.net !== "host";
  const ids = inUserNamespace ? mapIds(host, run.user) : undefined;
  const ttyGroupIsMapped = ids?.ranges ?? true;
  const seccomp = run.seccomp ?? defaultFilter(currentArch());
  return {
    file,
    args,
    options: {
      cloneflags: namespaces(inUserNamespace, ownNetwork),
      ...(ids !== undefined && {
        uidMappings: ids.uidMappings,
        gidMappings: ids.gidMappings,
      }),
      setup: setup(run, host, {
        inUserNamespace,
        ownNetwork,
        ttyGroupIsMapped,
      }),
      credential: {
        ...run.user,
        groups: ids === undefined || ids.ranges ? run.user.groups : null,
      },
      capabilities: capabilitiesOf(run.user),
      noNewPrivileges: true,
      ...(seccomp !== "unconfined" && { seccomp }),
      pdeathsig: "SIGKILL",
      setsid: true,
      umask: 0o022,
      cwd: run.cwd,
      env: run.env,
      ...(run.terminal !== undefined && {
        pty: { ...run.terminal, ptmx: "/dev/pts/ptmx" },
      }),
    },
  };
}

function namespaces(inUserNamespace: boolean, ownNetwork: boolean): number {
  const { NEWNS, NEWPID, NEWUTS, NEWIPC, NEWCGROUP, NEWUSER, NEWNET } =
    CloneFlags;
  return (
    NEWNS |
    NEWPID |
    NEWUTS |
    NEWIPC |
    NEWCGROUP |
    (inUserNamespace ? NEWUSER : 0) |
    (ownNetwork ? NEWNET : 0)
  );
}

interface Circumstances {
  readonly inUserNamespace: boolean;
  readonly ownNetwork: boolean;
  readonly ttyGroupIsMapped: boolean;
}

/**
 * The steps inside: first what needs the host's root is taken hold of, then the root changes, then all
 * else is attached where no path leads to the host any more.
 */
function setup(
  run: ResolvedRun,
  host: Host,
  { inUserNamespace, ownNetwork, ttyGroupIsMapped }: Circumstances,
): Step[] {
  const kernel = makeKernelFilesystems(ownNetwork || !inUserNamespace);
  const devices = takeDevices();
  const volumes = takeVolumes(run.volumes);
  const layout = run.rootfs === undefined ? layoutRoot(host) : [];
  return [
    makePrivate(),
    ...kernel.steps,
    ...devices.steps,
    ...volumes.flatMap(({ steps }) => steps),
    ...(run.rootfs === undefined
      ? buildThrowawayRoot(layout, inUserNamespace)
      : buildRootfs(run.rootfs)),
    ...enterRoot(),
    ...attachKernelFilesystems(kernel),
    ...makeDev(devices, ttyGroupIsMapped),
    ...attachVolumes(volumes),
    ...maskPaths(devices.nullDevice),
    ...(run.readOnly === true ? sealRoot(layout) : []),
    ...(ownNetwork ? bringUpLoopback() : []),
    step(sethostname(run.hostname ?? run.name), { why: "our name" }),
    step(joinSessionKeyring(), {
      why: "no keys of the caller's",
      // No keyrings in this kernel, or not for us.
      ignore: ["ENOSYS", "EPERM", "EDQUOT"],
    }),
  ];
}

/** Root keeps the container set; any other user has none, but may gain no more than it by a set-user-ID file. */
function capabilitiesOf({
  uid,
}: User): NonNullable<SpawnOptions["capabilities"]> {
  const held = uid === 0 ? CONTAINER_CAPABILITIES : [];
  return { bounding: CONTAINER_CAPABILITIES, effective: held, permitted: held };
}
