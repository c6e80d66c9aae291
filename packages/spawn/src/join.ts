import {
  AtFlags,
  close,
  type Fd,
  inherited,
  openat,
  OpenFlags,
  pidfdOpen,
  prctl,
  PrctlOptions,
  type Register,
  register,
  setns,
  step,
} from "@ns/syscalls";
import type { JoinTarget } from "./options.ts";
import type { Program } from "./program.ts";

interface OpenTarget {
  readonly target: JoinTarget;
  readonly fd: Fd;
}

/** Enters existing namespaces, in order. */
export function joinNamespaces(
  program: Program,
  targets: readonly JoinTarget[],
): void {
  // All are opened before the first is entered: a path means something else in another mount namespace.
  const opened = targets.map((target, i) => ({
    target,
    fd: openTarget(program, target, register(`ns${i}`)),
  }));
  for (const { target, fd } of opened) {
    const kinds = "kinds" in target ? target.kinds : (target.kind ?? 0);
    program.call(step(setns(fd, kinds), { why: `join ${describe(target)}` }));
  }
  closeTargets(program, opened);
}

/** Keeps those who are in there already from tracing us, and from reading our descriptors, until execve. */
export function hideFromInhabitants(program: Program): void {
  program.call(
    step(prctl(PrctlOptions.SET_DUMPABLE, 0, 0, 0, 0), {
      why: "not to be traced from inside",
    }),
  );
}

function openTarget(program: Program, target: JoinTarget, into: Register): Fd {
  if ("fd" in target) return inherited(target.fd, `fd ${target.fd}`);
  if ("pidfd" in target)
    return inherited(target.pidfd, `pidfd ${target.pidfd}`);
  const open =
    "pid" in target
      ? pidfdOpen(target.pid)
      : openat(
          AtFlags.FDCWD,
          target.path,
          OpenFlags.RDONLY | OpenFlags.CLOEXEC,
        );
  program.call(step(open, { into, why: `find ${describe(target)}` }));
  return into;
}

/** Ours and the copies of the caller's: each leads out of where we are now. */
function closeTargets(program: Program, opened: readonly OpenTarget[]): void {
  const closed = new Set<number>();
  for (const { fd } of opened) {
    if (typeof fd === "object" && fd.kind === "inherited") {
      if (closed.has(fd.fd)) continue;
      closed.add(fd.fd);
    }
    program.call(close(fd));
  }
}

function describe(target: JoinTarget): string {
  if ("path" in target) return `the namespace ${target.path}`;
  if ("pid" in target) return `the namespaces of process ${target.pid}`;
  return "pidfd" in target
    ? `the namespaces of pidfd ${target.pidfd}`
    : `the namespace of descriptor ${target.fd}`;
}
