import {
  CloneFlags,
  close,
  define,
  FcntlCommands,
  fcntl,
  FdFlags,
  input,
  int,
  type Register,
  register,
  schedSetaffinity,
  step,
} from "@ns/syscalls";
import { cloneIntoCgroup, enterCgroups } from "./cgroup.ts";
import { offsetClocks } from "./clocks.ts";
import { endWhenDone, makeDone } from "./done.ts";
import { makeGate, openGate, waitAtGate } from "./gate.ts";
import { mapIds, needsMapping, openProc } from "./id-mapping.ts";
import { hideFromInhabitants, joinNamespaces } from "./join.ts";
import { MessageKind } from "./message.ts";
import type { Program } from "./program.ts";
import { hasPause } from "./pause.ts";
import { firstPrivateFd, type Request } from "./request.ts";

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
 *       │ ◄────────────────────────────────────────── ready│
 *       │                      │ ◄─── end of file on done ─│ execve
 *       │ ◄──── SIGCHLD ─ exit │
 *       │ reads what was said on the status descriptor
 *
 * CLONE_PARENT makes stage 2 a child of the caller, who alone waits for it.
 */
export function addOutside(program: Program, request: Request): void {
  protectDescriptors(program, request);
  resetSignals(program);
  const { cpus } = request.options;
  if (cpus !== undefined)
    program.call(
      step(schedSetaffinity(0, cpus), { why: "start on these CPUs" }),
    );
  if (!needsClone(request)) return;
  const { cloneflags = 0, timeOffsets, join } = request.options;
  const mapping = needsMapping(request);
  // Before joining: in another mount namespace /proc shows other processes.
  const proc = mapping ? openProc(program) : undefined;
  // Not while ids are to be mapped: the maps of a process that is not dumpable belong to root.
  if (join !== undefined && !mapping) hideFromInhabitants(program);
  // Before joining: a path means something else in another mount namespace.
  const unified = enterCgroups(program, cgroupsOf(request));
  if (join !== undefined) joinNamespaces(program, join);
  if (timeOffsets !== undefined && (cloneflags & CloneFlags.NEWUSER) === 0)
    offsetClocks(program, timeOffsets);
  const done = makeDone(program, request);
  // With a pause, too: then the pid has been told before.
  const gate =
    mapping || request.pauseAt !== undefined ? makeGate(program) : undefined;
  const pid = register("pid");
  const flags = BigInt(cloneFlagsOf(request) >>> 0);
  cloneIntoCgroup(program, { flags, pid, unified });
  const inside = program.label();
  program.jumpIf(pid, "equal", 0, inside);
  program.report(MessageKind.pid, pid);
  if (proc !== undefined) mapIds(program, request, { pid, proc });
  if (gate !== undefined) openGate(program, gate);
  endWhenDone(program, request, done);

  program.place(inside);
  if (gate !== undefined) waitAtGate(program, gate);
  closeAll(program, [proc, unified.directory, unified.procs, done]);
}

/** Whether the command needs a process other than the one that posix_spawn made. */
export function needsClone({ options }: Pick<Request, "options">): boolean {
  return (
    (options.cloneflags ?? 0) !== 0 ||
    options.join !== undefined ||
    options.cgroup !== undefined ||
    options.hold !== undefined ||
    hasPause(options)
  );
}

function cgroupsOf({ options: { cgroup } }: Request): readonly string[] {
  return typeof cgroup === "string" ? [cgroup] : (cgroup ?? []);
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

/** posix_spawn had to clear their close-on-exec flags. */
function protectDescriptors(program: Program, request: Request): void {
  for (let fd = request.stdioCount; fd < firstPrivateFd(request); fd++) {
    program.call(
      step(fcntl(fd, FcntlCommands.SETFD, FdFlags.CLOEXEC), {
        why: "close the stage's descriptors on exec",
      }),
    );
  }
}

const sysRtSigaction = define("rt_sigaction", { x64: 13, arm64: 134 }, () => [
  int("signum"),
  input("act"),
  input("oldact"),
  int("sigsetsize"),
]);

/** glibc's posix_spawn leaves its two internal signals ignored, and that would be inherited. */
function resetSignals(program: Program): void {
  for (const signal of [32, 33]) {
    // struct sigaction, all zero: SIG_DFL, no flags, an empty mask.
    program.call(
      step(sysRtSigaction(signal, new Uint8Array(32), null, 8), {
        why: "no signal ignored",
      }),
    );
  }
}

/** Directories of the host are not left open to whatever `setup` lets run inside (CVE-2024-21626). */
function closeAll(
  program: Program,
  registers: readonly (Register | undefined)[],
): void {
  for (const each of registers)
    if (each !== undefined) program.call(close(each));
}
