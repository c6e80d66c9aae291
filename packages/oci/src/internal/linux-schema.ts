import {
  DEVICE_TYPES,
  type Linux,
  MEMORY_POLICY_FLAGS,
  MEMORY_POLICY_MODES,
  NAMESPACE_TYPES,
  PERSONALITY_DOMAINS,
  ROOTFS_PROPAGATIONS,
} from "../linux.ts";
import { resourcesSchema } from "./resources-schema.ts";
import { seccompSchema } from "./seccomp-schema.ts";
import {
  flag,
  id,
  int64,
  list,
  mapOf,
  members,
  oneOf,
  once,
  type Schema,
  schemaOf,
  text,
  texts,
  uint32,
  when,
} from "./words.ts";

/** The schema of `uidMappings` and `gidMappings`, of the container and of a mount. */
export const idMappings: () => Schema<
  { containerID: number; hostID: number; size: number }[]
> = once(() =>
  list(members({ containerID: id, hostID: id, size: uint32 }, {})),
);

const timeOffsets = once(() =>
  mapOf(members({}, { secs: int64, nanosecs: uint32 })),
);

const devices = once(() =>
  list(
    members(
      { type: oneOf(DEVICE_TYPES), path: text },
      { major: int64, minor: int64, fileMode: uint32, uid: id, gid: id },
    ),
  ),
);

const netDevices = once(() => mapOf(members({}, { name: text })));

const intelRdt = once(() =>
  members(
    {},
    {
      closID: text,
      schemata: texts,
      l3CacheSchema: text,
      memBwSchema: text,
      enableMonitoring: flag,
    },
  ),
);

const memoryPolicy = once(() =>
  members(
    { mode: oneOf(MEMORY_POLICY_MODES) },
    { nodes: text, flags: list(oneOf(MEMORY_POLICY_FLAGS)) },
  ),
);

const personality = once(() =>
  members({ domain: oneOf(PERSONALITY_DOMAINS) }, { flags: texts }),
);

export const linuxSchema: () => Schema<Linux> = schemaOf<Linux>()(() =>
  members(
    {},
    {
      namespaces: list(
        members({ type: oneOf(NAMESPACE_TYPES) }, { path: text }),
      ),
      uidMappings: when(idMappings),
      gidMappings: when(idMappings),
      timeOffsets: when(timeOffsets),
      devices: when(devices),
      netDevices: when(netDevices),
      cgroupsPath: text,
      resources: when(resourcesSchema),
      sysctl: mapOf(text),
      seccomp: when(seccompSchema),
      rootfsPropagation: oneOf(ROOTFS_PROPAGATIONS),
      maskedPaths: texts,
      readonlyPaths: texts,
      mountLabel: text,
      intelRdt: when(intelRdt),
      memoryPolicy: when(memoryPolicy),
      personality: when(personality),
    },
  ),
);
