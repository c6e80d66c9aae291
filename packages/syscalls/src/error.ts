import { type ErrnoName, errnoMessage, errnoName } from "./errno.ts";
import { formatStep } from "./format.ts";
import type { Param } from "./param.ts";
import type { Step, Syscall } from "./syscall.ts";

/** Where in a sequence a step stood, counted from 1. */
export interface StepPosition {
  readonly index: number;
  readonly total: number;
}

/**
 * A failed syscall, shaped like Node's own errors: `code: "EPERM"`, `errno: -1`, `syscall`, `path?`,
 * `dest?`; message `EPERM: operation not permitted, mount 'proc' -> '/proc'`. A step of a sequence
 * adds `step` and its why: `… (step 14 of 31: mount a fresh procfs)`.
 */
export class SyscallError extends Error {
  /** The negated errno, as in Node. */
  readonly errno: number;
  readonly code: ErrnoName;
  readonly syscall: string;
  declare readonly path?: string;
  declare readonly dest?: string;
  /** The call as the printer shows it. */
  declare readonly call?: string;
  declare readonly step?: StepPosition;
  /** What a person can do about it. */
  declare readonly hint?: string;

  static {
    // On the prototype, so that an error's own keys are those that Node's have, and its stack begins with it.
    Object.defineProperty(this.prototype, "name", {
      value: "SyscallError",
      writable: true,
      configurable: true,
    });
  }

  constructor(
    failed: {
      readonly errno: number;
      readonly syscall: string;
    } & SyscallErrorDetails,
    options?: ErrorOptions,
  ) {
    const code = errnoName(failed.errno);
    super(
      `${code}: ${errnoMessage(code)}, ${failed.syscall}${subject(failed)}${position(failed)}`,
      options,
    );
    this.errno = -Math.abs(failed.errno);
    this.code = code;
    this.syscall = failed.syscall;
    if (failed.path !== undefined) this.path = failed.path;
    if (failed.dest !== undefined) this.dest = failed.dest;
    if (failed.call !== undefined) showCall(this, failed.call);
    if (failed.step !== undefined) this.step = failed.step;
    if (failed.hint !== undefined) this.hint = failed.hint;
  }
}

/** Printed when somebody asks: most errors are caught, and nobody does. */
function showCall(error: SyscallError, call: Step | string): void {
  Object.defineProperty(error, "call", {
    get: () => (typeof call === "string" ? call : formatStep(call)),
    enumerable: true,
    configurable: true,
  });
}

/** What may be known of a failed syscall besides its name and errno. */
export interface SyscallErrorDetails {
  readonly path?: string | undefined;
  readonly dest?: string | undefined;
  readonly call?: Step | string | undefined;
  readonly step?: StepPosition | undefined;
  readonly why?: string | undefined;
  readonly hint?: string | undefined;
}

/** The error of `call` (a syscall or a step) that failed with `errno`. */
export function syscallError(
  call: Step,
  errno: number,
  details: Pick<SyscallErrorDetails, "step" | "hint"> = {},
): SyscallError {
  return new SyscallError({
    errno,
    syscall: call.name,
    path: argument(call, "path"),
    dest: argument(call, "dest"),
    call,
    why: call.why,
    ...details,
  });
}

function argument(call: Syscall, role: "path" | "dest"): string | undefined {
  const i = call.params.findIndex((param: Param<never>) => param.role === role);
  const value = call.args[i];
  return typeof value === "string" && value !== "" ? value : undefined;
}

function subject({ path, dest }: SyscallErrorDetails): string {
  if (path === undefined) return dest === undefined ? "" : ` '${dest}'`;
  return dest === undefined ? ` '${path}'` : ` '${path}' -> '${dest}'`;
}

function position({ step, why }: SyscallErrorDetails): string {
  if (step === undefined) return why === undefined ? "" : ` (${why})`;
  const place = `step ${step.index} of ${step.total}`;
  return why === undefined ? ` (${place})` : ` (${place}: ${why})`;
}
