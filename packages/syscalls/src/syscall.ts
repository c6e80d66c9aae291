import { numberHere, type Numbers } from "./arch.ts";
import type { Register } from "./argument.ts";
import type { ErrnoName } from "./errno.ts";
import type { Param } from "./param.ts";

/**
 * A syscall as a value: which call, with which arguments. Nothing has happened yet.
 * {@link invoke} performs it here, `@ns/spawn` in a new process, {@link formatSyscall} prints it.
 */
export interface Syscall {
  /** The kernel's name: `"mount"`. */
  readonly name: string;
  /** Its number on this machine's architecture. */
  readonly nr: number;
  /** The manual page: `"mount(2)"`. */
  readonly man: string;
  readonly params: readonly Param<never>[];
  readonly args: readonly unknown[];
  /** Why it must not be performed in a process that runs JavaScript; {@link invoke} throws this. */
  readonly elsewhereOnly?: string | undefined;
}

/**
 * A syscall as one step of a sequence: what it is for, where its result goes, and what to do about
 * an error that is expected. Every {@link Syscall} is a step with none of these.
 */
export interface Step extends Syscall {
  /** A few words of why, for a person who reads the plan or its error. */
  readonly why?: string | undefined;
  /** Receives the result. */
  readonly into?: Register | undefined;
  /** Errors after which the sequence goes on; `"any"` for all of them. */
  readonly ignore?: readonly ErrnoName[] | "any" | undefined;
  /** Run after it, when the call has succeeded. */
  readonly then?: readonly Step[] | undefined;
  /** Run instead, when the call failed with one of `ignore`. */
  readonly otherwise?: readonly Step[] | undefined;
  /** Descriptors that nobody needs any more when the call has been made, two at most: closed then, whatever came of it. */
  readonly closes?: readonly Register[] | undefined;
  /**
   * What must be at the beginning of the buffer that the call writes; if it is not, the step fails with `EBADMSG`. With it
   * a program reads back what it has set.
   */
  readonly expects?: string | undefined;
}

/** What makes a syscall a step. */
export type StepNotes = Omit<Step, keyof Syscall>;

/** Annotates a syscall as a step of a sequence. */
export function step(call: Step, notes: StepNotes): Step {
  // one by one, and always all: a plan has hundreds, and to spread takes ten times as long
  return {
    name: call.name,
    nr: call.nr,
    man: call.man,
    params: call.params,
    args: call.args,
    elsewhereOnly: call.elsewhereOnly,
    why: notes.why ?? call.why,
    into: notes.into ?? call.into,
    ignore: notes.ignore ?? call.ignore,
    then: notes.then ?? call.then,
    otherwise: notes.otherwise ?? call.otherwise,
    closes: notes.closes ?? call.closes,
    expects: notes.expects ?? call.expects,
  };
}

type Values<P extends readonly unknown[]> = {
  [I in keyof P]: P[I] extends Param<infer T> ? T : never;
};

/** A syscall's definition: called with arguments in the manual's order, it makes the value. */
export interface Definition<P extends readonly unknown[]> {
  (...args: Values<P>): Syscall;
  readonly callName: string;
  readonly numbers: Numbers;
  readonly man: string;
}

/** What a definition may say besides the call's name, numbers and parameters. */
export interface DefineOptions {
  /** The manual page. Default: `name(2)`. */
  readonly man?: string;
  /** Why {@link invoke} has to refuse it; a program in a new process may have it. */
  readonly elsewhereOnly?: string;
}

/**
 * Defines a syscall: its name, its number on each architecture (from the kernel's syscall tables) and
 * its parameters in the manual's order: as a function, they are made when the first call is.
 */
export function define<const P extends readonly Param<never>[]>(
  name: string,
  numbers: Numbers,
  params: P | (() => P),
  { man = `${name}(2)`, elsewhereOnly }: DefineOptions = {},
): Definition<P> {
  let known: P | undefined;
  const make = (...args: Values<P>): Syscall => {
    known ??= typeof params === "function" ? params() : params;
    const nr = numberHere(numbers);
    return elsewhereOnly === undefined
      ? { name, nr, man, params: known, args }
      : { name, nr, man, params: known, args, elsewhereOnly };
  };
  return Object.assign(make, { callName: name, numbers, man });
}
