import { errnoName } from "@ns/syscalls";

/** What a filter answers, by its name in profiles; include/uapi/linux/seccomp.h. */
export const Actions = {
  SCMP_ACT_KILL_PROCESS: 0x80000000,
  SCMP_ACT_KILL_THREAD: 0x00000000,
  /** An older name of `SCMP_ACT_KILL_THREAD`. */
  SCMP_ACT_KILL: 0x00000000,
  SCMP_ACT_TRAP: 0x00030000,
  SCMP_ACT_ERRNO: 0x00050000,
  SCMP_ACT_NOTIFY: 0x7fc00000,
  SCMP_ACT_TRACE: 0x7ff00000,
  SCMP_ACT_LOG: 0x7ffc0000,
  SCMP_ACT_ALLOW: 0x7fff0000,
} as const;

/** `SCMP_ACT_*` */
export type ActionName = keyof typeof Actions;

/** The largest errno that a syscall can return; above it the kernel puts this one. */
export const MAX_ERRNO = 4095;

const EPERM = 1;

/** Whether an action carries an errno: what the syscall returns, or what the tracer is told. */
export function takesErrno(action: ActionName): boolean {
  return action === "SCMP_ACT_ERRNO" || action === "SCMP_ACT_TRACE";
}

/** The word that a filter returns for an action. An errno that is not given is `EPERM`. */
export function actionValue(action: ActionName, errnoRet?: number): number {
  const value = Actions[action];
  return takesErrno(action) ? value + (errnoRet ?? EPERM) : value;
}

/** What the kernel does with a syscall. */
export interface Verdict {
  readonly action: ActionName;
  /** The lower 16 bits: the errno, what a tracer or a SIGSYS handler is told, else 0. */
  readonly data: number;
  /** The word that the filter returned. */
  readonly value: number;
}

/** Takes the word that a filter returned apart. As in the kernel, an action it does not know kills the process. */
export function parseVerdict(value: number): Verdict {
  const action = NAMES.get((value & 0xffff0000) >>> 0);
  return {
    action: action ?? "SCMP_ACT_KILL_PROCESS",
    data: value & 0xffff,
    value: value >>> 0,
  };
}

const NAMES: ReadonlyMap<number, ActionName> = new Map(
  (Object.keys(Actions) as ActionName[])
    .filter((name) => name !== "SCMP_ACT_KILL")
    .map((name) => [Actions[name], name] as const),
);

/** Writes a verdict as people do: `ALLOW`, `ERRNO(EPERM)`, `TRACE(7)`. */
export function formatVerdict({ action, data }: Verdict): string {
  const name = action.slice("SCMP_ACT_".length);
  if (action === "SCMP_ACT_ERRNO")
    return `${name}(${errnoName(Math.min(data, MAX_ERRNO))})`;
  return data === 0 ? name : `${name}(${data})`;
}
