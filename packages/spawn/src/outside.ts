import {
  AtFlags,
  Clone3Flags,
  clone3,
  CloneFlags,
  close,
  captureInts,
  dup3,
  exitGroup,
  FcntlCommands,
  fcntl,
  inherited,
  openat,
  OpenFlags,
  pidfdOpen,
  pipe2,
  read,
  type Register,
  register,
  setns,
  step,
  unshare,
  write,
  type Fd,
  type Step,
} from "@ns/syscalls";
import { mapIds, needsMapping } from "./id-mapping.ts";
import type { JoinTarget, TimeOffsets } from "./options.ts";
import type { Program } from "./program.ts";
import { doneFd, type Request, statusFd } from "./request.ts";

/** Kinds of messages on the status descriptor; `failed` is native/nsinit.c's own. */
export const MessageKind = { failed: 1, pid: 2, alive: 3 } as const;

const FD_CLOEXEC = 1;
const UINT_MAX = 0xffffffff;

/**
 * The first stage, outside: it enters the namespaces to join, creates the child in the new ones,
 * writes its id maps, tells its pid and ends. What follows in the program is the child's.
 *
 *     caller                stage 1                     stage 2
 *       │ posix_spawn ───────► │
 *       │                      │ setns …
 *       │ ◄──────────────── pid│ clone3(CLONE_PARENT) ───► │
 *       │                      │ uid_map, gid_map          │ read(gate)
 *       │                      │ write(gate) ────────────► │
 *       │                      │                           │ setup …
 *       │                      │ ◄─── end of file on done ─│ execve
 *       │ ◄──── SIGCHLD ─ exit │
 *       │ reads what was said on the status descriptor
 *
 * CLONE_PARENT makes stage 2 a child of the caller, who alone waits for it. Stage 1 ends when stage 2 has become the command or
 * has failed: its SIGCHLD is how the caller hears of that, without a thread or a descriptor to poll.
 */
export function addOutside(program: Program, request: Request): void {
  protectDescriptors(program, request);
  if (!needsClone(request)) return;
  const { options } = request;
  const { cloneflags = 0, timeOffsets } = options;
  joinNamespaces(program, options.join ?? []);
  if (timeOffsets !== undefined && (cloneflags & CloneFlags.NEWUSER) === 0) offsetClocks(program, timeOffsets);
  const done = openDone(program, request);
  const gate = needsMapping(request) ? openGate(program) : undefined;
  const pid = register("pid");
  createChild(program, request, pid);
  const inside = program.label();
  program.jumpIf(pid, "equal", 0, inside);
  program.report(MessageKind.pid, pid);
  if (gate !== undefined) {
    mapIds(program, request, pid);
    program.call(step(write(gate.write, "."), { why: "let the process go on" }));
  }
  program.call(close(doneFd(request)));
  program.call(step(read(done, new Uint8Array(1), 1), { why: "wait until the command runs" }));
  program.call(step(exitGroup(0), { why: "the first stage is done" }));
  program.place(inside);
  if (gate !== undefined) waitAtGate(program, gate);
}

/** Whether the command needs a process other than the one that posix_spawn made. */
export function needsClone({ options }: Pick<Request, "options">): boolean {
  return (options.cloneflags ?? 0) !== 0 || options.join !== undefined || options.cgroup !== undefined;
}

function createChild(program: Program, request: Request, pid: Register): void {
  const { cgroup } = request.options;
  const flags = BigInt(cloneFlagsOf(request) >>> 0);
  const clone = step(clone3({ flags }), { into: pid, why: "create the process in its namespaces" });
  const directories = typeof cgroup === "string" ? [cgroup] : (cgroup ?? []);
  const [only] = directories;
  if (directories.length !== 1 || only === undefined) {
    for (const step of directories.flatMap(moveIntoCgroup)) program.call(step);
    program.call(clone);
    return;
  }
  const directory = register("cgroup");
  program.call(
    step(openat(AtFlags.FDCWD, only, OpenFlags.PATH | OpenFlags.DIRECTORY | OpenFlags.CLOEXEC), {
      into: directory,
      why: "find the cgroup",
    }),
  );
  program.call(
    step(clone3({ flags: flags | Clone3Flags.INTO_CGROUP, cgroup: directory }), {
      into: pid,
      why: "create the process in its namespaces and its cgroup",
      // Not a v2 cgroup (EBADF), or a kernel before 5.7.
      ignore: ["EBADF", "EINVAL", "E2BIG", "ENOSYS"],
      otherwise: [...moveIntoCgroup(only), clone],
    }),
  );
}

/** This stage moves into the cgroup, and its child is born there. */
function moveIntoCgroup(directory: string): Step[] {
  const procs = register("cgroup.procs");
  const path = `${directory}/cgroup.procs`;
  return [
    step(openat(AtFlags.FDCWD, path, OpenFlags.WRONLY | OpenFlags.CLOEXEC), { into: procs }),
    step(write(procs, "0"), { why: `enter the cgroup ${directory}` }),
    close(procs),
  ];
}

/**
 * What `clone3` itself creates. The time namespace is made before, because its offsets can be set only
 * while nobody is in it; the cgroup namespace after, because its root is the cgroup one is in when it is made.
 */
function cloneFlagsOf({ options }: Request): number {
  let flags = (options.cloneflags ?? 0) | CloneFlags.PARENT;
  if (options.timeOffsets !== undefined) flags &= ~CloneFlags.NEWTIME;
  if (options.cgroup !== undefined) flags &= ~CloneFlags.NEWCGROUP;
  return flags;
}

function protectDescriptors(program: Program, request: Request): void {
  for (let fd = statusFd(request); fd <= doneFd(request); fd++) {
    program.call(step(fcntl(fd, FcntlCommands.SETFD, FD_CLOEXEC), { why: "close the stage's descriptors on exec" }));
  }
}

function joinNamespaces(program: Program, targets: readonly JoinTarget[]): void {
  // All are opened before the first is entered: a path means something else in another mount namespace.
  const opened = targets.map((target, i) => ({ target, fd: openTarget(program, target, register(`ns${i}`)) }));
  for (const { target, fd } of opened) {
    const kinds = "kinds" in target ? target.kinds : (target.kind ?? 0);
    program.call(step(setns(fd, kinds), { why: `join ${describe(target)}` }));
  }
  for (const { fd } of opened) {
    if (typeof fd === "object" && fd.kind === "register") program.call(close(fd));
  }
}

function openTarget(program: Program, target: JoinTarget, into: Register): Fd {
  if ("fd" in target) return inherited(target.fd, `fd ${target.fd}`);
  if ("pidfd" in target) return inherited(target.pidfd, `pidfd ${target.pidfd}`);
  const open =
    "pid" in target ? pidfdOpen(target.pid) : openat(AtFlags.FDCWD, target.path, OpenFlags.RDONLY | OpenFlags.CLOEXEC);
  program.call(step(open, { into, why: `find ${describe(target)}` }));
  return into;
}

function describe(target: JoinTarget): string {
  if ("path" in target) return `the namespace ${target.path}`;
  if ("pid" in target) return `the namespaces of process ${target.pid}`;
  return "pidfd" in target ? `the namespaces of pidfd ${target.pidfd}` : `the namespace of descriptor ${target.fd}`;
}

/** A new time namespace for the children of this stage; see time_namespaces(7). */
export function offsetClocks(program: Program, offsets: TimeOffsets): void {
  program.call(step(unshare(CloneFlags.NEWTIME), { why: "make a time namespace, nobody in it yet" }));
  const file = register("timens_offsets");
  program.call(
    step(openat(AtFlags.FDCWD, "/proc/self/timens_offsets", OpenFlags.WRONLY | OpenFlags.CLOEXEC), { into: file }),
  );
  program.call(step(write(file, formatOffsets(offsets)), { why: "set its clocks" }));
  program.call(close(file));
}

/** The text of /proc/PID/timens_offsets: a line for each clock, in seconds and nanoseconds. */
export function formatOffsets(offsets: TimeOffsets): string {
  return (["monotonic", "boottime"] as const)
    .flatMap((clock) => {
      const seconds = offsets[clock];
      return seconds === undefined ? [] : [formatOffset(clock, seconds)];
    })
    .join("\n");
}

function formatOffset(clock: string, seconds: number): string {
  const whole = Math.floor(seconds);
  return `${clock} ${whole} ${Math.round((seconds - whole) * 1e9)}`;
}

/** A pipe whose other end only the second stage has, until execve. */
function openDone(program: Program, request: Request): Register {
  const ends = { read: register("done"), write: register("done's other end") };
  program.call(step(pipe2(captureInts(ends.read, ends.write), OpenFlags.CLOEXEC), { why: "to know when the command runs" }));
  program.call(dup3(ends.write, doneFd(request), OpenFlags.CLOEXEC));
  program.call(close(ends.write));
  return ends.read;
}

/** A pipe that keeps the child from going on before its ids are mapped. */
interface Gate {
  readonly read: Register;
  readonly write: Register;
}

function openGate(program: Program): Gate {
  const gate = { read: register("gate"), write: register("gate's other end") };
  program.call(step(pipe2(captureInts(gate.read, gate.write), OpenFlags.CLOEXEC), { why: "a gate for the child" }));
  return gate;
}

function waitAtGate(program: Program, gate: Gate): void {
  program.call(close(gate.write));
  const opened = register("opened");
  program.call(step(read(gate.read, new Uint8Array(1), 1), { into: opened, why: "wait until the ids are mapped" }));
  const go = program.label();
  program.jumpIf(opened, "not-equal", 0, go);
  // End of file: the first stage failed and has said why.
  program.call(exitGroup(1));
  program.place(go);
}
