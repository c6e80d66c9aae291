import {
  IO_PRIORITY_CLASSES,
  type Process,
  RLIMIT_TYPES,
  SCHEDULER_FLAGS,
  SCHEDULER_POLICIES,
} from "../process.ts";
import {
  flag,
  id,
  int32,
  list,
  members,
  oneOf,
  once,
  type Schema,
  schemaOf,
  text,
  texts,
  uint32,
  uint64,
  when,
} from "./words.ts";

const scheduler = once(() =>
  members(
    { policy: oneOf(SCHEDULER_POLICIES) },
    {
      nice: int32,
      priority: int32,
      flags: list(oneOf(SCHEDULER_FLAGS)),
      runtime: uint64,
      deadline: uint64,
      period: uint64,
    },
  ),
);

const ioPriority = once(() =>
  members({ class: oneOf(IO_PRIORITY_CLASSES) }, { priority: int32 }),
);

export const processSchema: () => Schema<Process> = schemaOf<Process>()(() =>
  members(
    { cwd: text },
    {
      terminal: flag,
      consoleSize: when(consoleSize),
      user: members(
        { uid: id, gid: id },
        { umask: uint32, additionalGids: list(id), username: text },
      ),
      args: texts,
      commandLine: text,
      env: texts,
      capabilities: members(
        {},
        {
          bounding: texts,
          effective: texts,
          inheritable: texts,
          permitted: texts,
          ambient: texts,
        },
      ),
      rlimits: list(
        members({ type: oneOf(RLIMIT_TYPES), soft: uint64, hard: uint64 }, {}),
      ),
      noNewPrivileges: flag,
      apparmorProfile: text,
      selinuxLabel: text,
      oomScoreAdj: int32,
      scheduler: when(scheduler),
      ioPriority: when(ioPriority),
      execCPUAffinity: when(execCpuAffinity),
    },
  ),
);

const consoleSize = once(() => members({ height: uint32, width: uint32 }, {}));

const execCpuAffinity = once(() => members({}, { initial: text, final: text }));
