import type { Captures, Fd } from "../argument.ts";
import { Clone3Flags, CloneFlags } from "../constants/clone.ts";
import { Signals } from "../constants/signal.ts";
import {
  type ConstantTable,
  fd,
  flags,
  hex,
  int,
  oneOf,
  word,
} from "../param.ts";
import { output, struct } from "../pointer.ts";
import { type Layout, layout } from "../struct.ts";
import { define, type Syscall } from "../syscall.ts";

const CLONE: ConstantTable = {
  prefix: "CLONE_",
  values: { ...CloneFlags, ...Clone3Flags },
};

const sysUnshare = define("unshare", { x64: 272, arm64: 97 }, () => [
  flags("flags", CLONE),
]);

/**
 * Moves the calling thread into new namespaces of the kinds that `flags` names; see unshare(2).
 * `NEWUSER` is `EINVAL` in a process with threads, as Node always is.
 */
export function unshare(cloneFlags: number): Syscall {
  return sysUnshare(cloneFlags);
}

const sysSetns = define("setns", { x64: 308, arm64: 268 }, () => [
  fd("fd"),
  flags("nstype", CLONE),
]);

/**
 * Moves the calling thread into the namespace that `nsFd` refers to, or with a pidfd into those of
 * that process which `nstype` names; see setns(2). Linux 3.0; pidfd since 5.8.
 */
export function setns(nsFd: Fd, nstype = 0): Syscall {
  return sysSetns(nsFd, nstype);
}

/** The arguments of clone3(2): struct clone_args, Linux 5.3. Fields left out are zero. */
export interface CloneArgs {
  /** `CLONE_*`, as a bigint: the mask is 64 bits wide. */
  readonly flags: bigint;
  /** Receives a pidfd, with `CLONE_PIDFD`. */
  readonly pidfd?: Captures | ArrayBufferView | undefined;
  readonly child_tid?: bigint | undefined;
  readonly parent_tid?: bigint | undefined;
  /** The signal that the parent gets when the child ends; 0 with `CLONE_PARENT`. */
  readonly exit_signal?: number | undefined;
  readonly stack?: bigint | undefined;
  readonly stack_size?: bigint | undefined;
  readonly tls?: bigint | undefined;
  readonly set_tid?: bigint | undefined;
  readonly set_tid_size?: bigint | undefined;
  /** The directory of a cgroup (v2), with `CLONE_INTO_CGROUP`. */
  readonly cgroup?: Fd | undefined;
}

const ADDRESS = { type: "u64", param: hex("address") } as const;

/** struct clone_args of include/uapi/linux/sched.h. */
export const cloneArgsLayout: Layout<CloneArgs> = layout<CloneArgs>(
  "clone_args",
  {
    flags: { type: "u64", param: flags("flags", CLONE) },
    pidfd: { type: "u64", param: output("pidfd") },
    child_tid: ADDRESS,
    parent_tid: ADDRESS,
    exit_signal: {
      type: "u64",
      param: oneOf("exit_signal", { prefix: "", values: Signals }),
    },
    stack: ADDRESS,
    stack_size: ADDRESS,
    tls: ADDRESS,
    set_tid: ADDRESS,
    set_tid_size: ADDRESS,
    cgroup: { type: "u64", param: word("cgroup") },
  },
);

const sysClone3 = define(
  "clone3",
  { x64: 435, arm64: 435 },
  () => [struct("cl_args", cloneArgsLayout), int("size")],
  {
    man: "clone(2)",
    elsewhereOnly:
      "it would leave a child that runs JavaScript without the threads this needs",
  },
);

/**
 * Makes a child process; see clone(2). Linux 5.3. As data for a program only: performed in this
 * process it would leave a child that runs JavaScript with threads that do not exist, so `invoke`
 * refuses it.
 */
export function clone3(args: CloneArgs): Syscall {
  return sysClone3(args, cloneArgsLayout.size);
}
