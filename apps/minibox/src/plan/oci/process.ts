import type {
  CapabilitySets as NamedSets,
  ExecCpuAffinity,
  Process,
  User,
} from "@ns/oci";
import type { CapabilitySets, Rlimit, SpawnOptions } from "@ns/spawn";
import {
  Capabilities,
  ioprio,
  IoprioClasses,
  ioprioSet,
  IoprioTargets,
  RlimitResources,
  SchedFlags,
  SchedPolicy,
  schedSetaffinity,
  schedSetattr,
  step,
  type Step,
} from "@ns/syscalls";
import { numbersIn } from "./kernel-settings.ts";
import { unsupported } from "./unsupported.ts";

/** What a new file's permissions lack, unless the configuration says otherwise; runc's. */
const UMASK = 0o022;

/** Facts about the process that its configuration does not tell. */
export interface ProcessFacts {
  readonly homeOf: (uid: number) => string;
  /** Whether setgroups(2) is denied: by a user namespace with one group, mapped by somebody without privileges. */
  readonly groupsAreFixed: boolean;
  /** How many descriptors from 3 on are passed on. */
  readonly preserveFds: number;
}

/** What the process is: the same for a container's first and for one that is executed in it later. */
export function planProcess(
  process: Process,
  facts: ProcessFacts,
): {
  readonly file: string;
  readonly args: readonly string[];
  readonly options: SpawnOptions;
} {
  const [file, ...args] = process.args ?? [];
  if (file === undefined || file === "")
    throw unsupported("process.args", "expected the program to run");
  const user = process.user ?? { uid: 0, gid: 0 };
  return {
    file,
    args,
    options: {
      env: environmentOf(process, facts),
      cwd: process.cwd,
      umask: user.umask ?? UMASK,
      credential: credentialOf(user, facts.groupsAreFixed),
      capabilities: capabilitySets(process.capabilities),
      rlimits: (process.rlimits ?? []).map(rlimitOf),
      noNewPrivileges: process.noNewPrivileges === true,
      setsid: true,
      stdio: Array.from({ length: 3 + facts.preserveFds }, (_, fd) => fd),
    },
  };
}

/** As runc: what is named twice has its last value, and HOME is there. */
function environmentOf(
  { env = [], user }: Process,
  { homeOf }: ProcessFacts,
): Record<string, string> {
  const variables: Record<string, string> = {};
  for (const text of env) {
    const at = text.indexOf("=");
    if (at > 0) variables[text.slice(0, at)] = text.slice(at + 1);
  }
  if ((variables["HOME"] ?? "") === "")
    variables["HOME"] = homeOf(user?.uid ?? 0);
  return variables;
}

function credentialOf(
  { uid, gid, additionalGids = [] }: User,
  groupsAreFixed: boolean,
): NonNullable<SpawnOptions["credential"]> {
  const leave = groupsAreFixed && additionalGids.length === 0;
  return { uid, gid, groups: leave ? null : additionalGids };
}

function capabilitySets(named: NamedSets = {}): CapabilitySets {
  const inheritable = numbersOf(named.inheritable);
  const permitted = numbersOf(named.permitted);
  return {
    bounding: numbersOf(named.bounding),
    effective: numbersOf(named.effective),
    permitted,
    inheritable,
    // What is not inheritable and permitted cannot be ambient; runc passes over it, and its own example asks for it.
    ambient: numbersOf(named.ambient).filter(
      (capability) =>
        inheritable.includes(capability) && permitted.includes(capability),
    ),
  };
}

/** Names that are known here; validation has said of the others that they are none. */
export function numbersOf(names: readonly string[] = []): number[] {
  const known: Readonly<Record<string, number>> = Capabilities;
  return names.flatMap((name) => known[name.replace(/^CAP_/, "")] ?? []);
}

function rlimitOf({
  type,
  soft,
  hard,
}: NonNullable<Process["rlimits"]>[number]): Rlimit {
  const known: Readonly<Record<string, number>> = RlimitResources;
  const resource = known[type.replace(/^RLIMIT_/, "")];
  if (resource === undefined)
    throw unsupported("process.rlimits", `there is no ${type}`);
  return { resource, soft, hard };
}

/** What of a process is set while it is still root. */
export function prepareProcess(process: Process, path = "process."): Step[] {
  const { scheduler, ioPriority } = process;
  return [
    ...(scheduler === undefined ? [] : [planScheduler(scheduler, path)]),
    ...(ioPriority === undefined ? [] : [planIoPriority(ioPriority)]),
  ];
}

/** The CPUs of a process that is executed later, once it is in the container's cgroup: all that this allows, unless some are named. */
export function planFinalAffinity({
  initial = "",
  final = "",
}: ExecCpuAffinity): Step[] {
  if (initial === "" && final === "") return [];
  const cpus = final === "" ? everyCpu() : numbersIn(final);
  return [
    step(schedSetaffinity(0, cpus), { why: "process.execCPUAffinity.final" }),
  ];
}

/** The kernel takes those of them that there are, and that the cgroup allows. */
function everyCpu(): number[] {
  return Array.from({ length: 1024 }, (_, cpu) => cpu);
}

function planScheduler(
  scheduler: NonNullable<Process["scheduler"]>,
  path: string,
): Step {
  const policies: Readonly<Record<string, number>> = {
    ...SchedPolicy,
    OTHER: SchedPolicy.NORMAL,
  };
  const policy = policies[scheduler.policy.replace(/^SCHED_/, "")];
  if (policy === undefined)
    throw unsupported(
      `${path}scheduler.policy`,
      `Linux has no ${scheduler.policy}`,
    );
  const known: Readonly<Record<string, number>> = SchedFlags;
  const { nice, priority, runtime, deadline, period, flags = [] } = scheduler;
  return step(
    schedSetattr(0, {
      sched_policy: policy,
      sched_flags: flags.reduce(
        (all, name) => all | (known[name.replace(/^SCHED_FLAG_/, "")] ?? 0),
        0,
      ),
      ...(nice !== undefined && { sched_nice: nice }),
      ...(priority !== undefined && { sched_priority: priority }),
      ...(runtime !== undefined && { sched_runtime: runtime }),
      ...(deadline !== undefined && { sched_deadline: deadline }),
      ...(period !== undefined && { sched_period: period }),
    }),
    { why: `${path}scheduler` },
  );
}

function planIoPriority({
  class: name,
  priority = 0,
}: NonNullable<Process["ioPriority"]>): Step {
  const classes: Readonly<Record<string, number>> = IoprioClasses;
  const number = classes[name.replace(/^IOPRIO_CLASS_/, "")] ?? 0;
  return step(ioprioSet(IoprioTargets.PROCESS, 0, ioprio(number, priority)), {
    why: "process.ioPriority",
  });
}
