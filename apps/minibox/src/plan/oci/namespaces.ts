import type { Config, Namespace, NamespaceType } from "@ns/oci";
import type { IdMapping, JoinTarget, SpawnOptions } from "@ns/spawn";
import { CloneFlags } from "@ns/syscalls";
import { unsupported } from "./unsupported.ts";

/** The flag of clone(2) for each type of namespace. */
export const NAMESPACE_FLAGS: Readonly<Record<NamespaceType, number>> = {
  user: CloneFlags.NEWUSER,
  mount: CloneFlags.NEWNS,
  pid: CloneFlags.NEWPID,
  network: CloneFlags.NEWNET,
  ipc: CloneFlags.NEWIPC,
  uts: CloneFlags.NEWUTS,
  cgroup: CloneFlags.NEWCGROUP,
  time: CloneFlags.NEWTIME,
};

/** The order in which namespaces are entered: a user namespace gives the right to the others. */
const ORDER = Object.keys(NAMESPACE_FLAGS);

/** Whether a namespace is one that this container gets for itself. */
export function isNew({ path = "" }: Namespace): boolean {
  return path === "";
}

export function namespaceOf(
  { linux }: Config,
  type: NamespaceType,
): Namespace | undefined {
  return linux?.namespaces?.find((each) => each.type === type);
}

/** Another's mount namespace that a container's process is to be in. */
export interface JoinedMounts {
  /** Of its file. */
  readonly path: string;
  /** The member of the configuration that has it. */
  readonly member: string;
}

/** The mount namespace that a configuration joins; undefined if the container gets one for itself, or none. */
export function joinedMounts(config: Config): JoinedMounts | undefined {
  const mount = namespaceOf(config, "mount");
  if (mount?.path === undefined || isNew(mount)) return undefined;
  const index = config.linux?.namespaces?.indexOf(mount) ?? 0;
  return { path: mount.path, member: `linux.namespaces[${index}]` };
}

/** Which namespaces are made and which are joined, and the ids and clocks of the new ones. */
export function planNamespaces(
  config: Config,
  without: readonly NamespaceType[] = [],
): Pick<
  SpawnOptions,
  "cloneflags" | "join" | "uidMappings" | "gidMappings" | "timeOffsets"
> {
  const { namespaces = [], timeOffsets } = config.linux ?? {};
  if (namespaceOf(config, "mount") === undefined)
    throw unsupported(
      "linux.namespaces",
      'a container needs a "mount" namespace, of its own or another\'s',
    );
  // that of mounts is joined by the set-up: until then the process has a copy of the host's, where all is looked up
  const isMade = (each: Namespace) => isNew(each) || each.type === "mount";
  const made = namespaces.filter(
    (each) => isMade(each) && !without.includes(each.type),
  );
  const joined: JoinTarget[] = namespaces
    .filter((each) => !isMade(each))
    .sort((a, b) => ORDER.indexOf(a.type) - ORDER.indexOf(b.type))
    .map(({ type, path = "" }) => ({ path, kind: NAMESPACE_FLAGS[type] }));
  const user = namespaceOf(config, "user");
  const offsets = Object.entries(timeOffsets ?? {}).map(
    ([clock, { secs = 0, nanosecs = 0 }]) => [
      clock,
      Number(secs) + nanosecs / 1e9,
    ],
  );
  return {
    cloneflags: made.reduce((all, { type }) => all | NAMESPACE_FLAGS[type], 0),
    ...(joined.length > 0 && { join: joined }),
    ...(user !== undefined && isNew(user) && mappingsOf(config)),
    ...(offsets.length > 0 && {
      timeOffsets: Object.fromEntries(offsets) as {
        monotonic?: number;
        boottime?: number;
      },
    }),
  };
}

function mappingsOf({
  linux: { uidMappings = [], gidMappings = [] } = {},
}: Config): {
  uidMappings: IdMapping[];
  gidMappings: IdMapping[];
} {
  const asSpawn = (mappings: typeof uidMappings): IdMapping[] =>
    mappings.map(({ containerID, hostID, size }) => ({
      containerId: containerID,
      hostId: hostID,
      size,
    }));
  return {
    uidMappings: asSpawn(uidMappings),
    gidMappings: asSpawn(gidMappings),
  };
}
