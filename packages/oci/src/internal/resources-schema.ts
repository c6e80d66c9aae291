import type { Resources } from "../resources.ts";
import {
  flag,
  int64,
  list,
  mapOf,
  members,
  once,
  type Schema,
  schemaOf,
  text,
  uint16,
  uint32,
  uint64,
  when,
} from "./words.ts";

const memory = once(() =>
  members(
    {},
    {
      limit: int64,
      reservation: int64,
      swap: int64,
      kernel: int64,
      kernelTCP: int64,
      swappiness: uint64,
      disableOOMKiller: flag,
      useHierarchy: flag,
      checkBeforeUpdate: flag,
    },
  ),
);

const cpu = once(() =>
  members(
    {},
    {
      shares: uint64,
      quota: int64,
      burst: uint64,
      period: uint64,
      realtimeRuntime: int64,
      realtimePeriod: uint64,
      cpus: text,
      mems: text,
      idle: int64,
    },
  ),
);

const blockIo = once(() => {
  const throttle = list(
    members({ major: int64, minor: int64, rate: uint64 }, {}),
  );
  const weights = { weight: uint16, leafWeight: uint16 };
  return members(
    {},
    {
      ...weights,
      weightDevice: list(members({ major: int64, minor: int64 }, weights)),
      throttleReadBpsDevice: throttle,
      throttleWriteBpsDevice: throttle,
      throttleReadIOPSDevice: throttle,
      throttleWriteIOPSDevice: throttle,
    },
  );
});

const hugepageLimits = once(() =>
  list(members({ pageSize: text, limit: uint64 }, {})),
);

const network = once(() =>
  members(
    {},
    {
      classID: uint32,
      priorities: list(members({ name: text, priority: uint32 }, {})),
    },
  ),
);

const rdma = once(() =>
  mapOf(members({}, { hcaHandles: uint32, hcaObjects: uint32 })),
);

export const resourcesSchema: () => Schema<Resources> = schemaOf<Resources>()(
  () =>
    members(
      {},
      {
        devices: list(
          members(
            { allow: flag },
            { type: text, major: int64, minor: int64, access: text },
          ),
        ),
        memory: when(memory),
        cpu: when(cpu),
        pids: members({}, { limit: int64 }),
        blockIO: when(blockIo),
        hugepageLimits: when(hugepageLimits),
        network: when(network),
        rdma: when(rdma),
        unified: mapOf(text),
      },
    ),
);
