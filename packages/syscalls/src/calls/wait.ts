import type { Captures, Fd } from "../argument.ts";
import { Signals } from "../constants/signal.ts";
import { ChildCodes, WaitIdTypes, WaitOptions } from "../constants/wait.ts";
import { flags, oneOf, word } from "../param.ts";
import { output } from "../pointer.ts";
import { decodeStruct, type Layout, layout } from "../struct.ts";
import { define, type Syscall } from "../syscall.ts";

/** How many bytes {@link waitid} writes to `infop`. */
export const SIGINFO_SIZE = 128;

/** How many bytes {@link waitid} and {@link wait4} write to `rusage`. */
export const RUSAGE_SIZE = 144;

const OPTIONS = flags("options", { prefix: "W", values: WaitOptions });

const sysWaitid = define(
  "waitid",
  { x64: 247, arm64: 95 },
  () => [
    oneOf("idtype", { prefix: "P_", values: WaitIdTypes }),
    word("id"),
    output("infop", SIGINFO_SIZE),
    OPTIONS,
    output("rusage", RUSAGE_SIZE),
  ],
  { man: "wait(2)" },
);

/**
 * Waits for a child to change state; see wait(2). `infop` (`SIGINFO_SIZE` bytes) is read by
 * {@link parseSiginfo}, `rusage` (`RUSAGE_SIZE` bytes) by {@link parseRusage}. With `WNOHANG` and no
 * child ready the result is 0 and `infop` all zeros. Without it, blocks the event loop under `invoke`.
 * @throws {SyscallError} `ECHILD` if there is no such child.
 */
export function waitid(
  idtype: number,
  id: Fd,
  infop: Uint8Array | Captures | null,
  options: number,
  rusage: Uint8Array | null = null,
): Syscall {
  return sysWaitid(idtype, id, infop, options, rusage);
}

const sysWait4 = define("wait4", { x64: 61, arm64: 260 }, () => [
  word("pid"),
  output("wstatus", 4),
  OPTIONS,
  output("rusage", RUSAGE_SIZE),
]);

/** Waits for a child; the result is its pid, its status goes to `wstatus`; see wait4(2). */
export function wait4(
  pid: Fd,
  wstatus: Int32Array | Captures | null,
  options: number,
  rusage: Uint8Array | null = null,
): Syscall {
  return sysWait4(pid, wstatus, options, rusage);
}

/** What siginfo_t says of a child. */
interface SiginfoFields {
  readonly si_signo: number;
  readonly si_errno: number;
  readonly si_code: number;
  readonly _pad: number;
  readonly si_pid: number;
  readonly si_uid: number;
  readonly si_status: number;
}

/** siginfo_t of include/uapi/asm-generic/siginfo.h, with the fields of SIGCHLD. */
export const siginfoLayout: Layout<SiginfoFields> = layout<SiginfoFields>(
  "siginfo_t",
  {
    si_signo: "i32",
    si_errno: "i32",
    si_code: "i32",
    _pad: "i32",
    si_pid: "i32",
    si_uid: "u32",
    si_status: "i32",
  },
  { size: 128 },
);

/** How a child changed state. */
export interface Siginfo {
  /** 0 if no child was ready. */
  readonly pid: number;
  readonly uid: number;
  /** `CLD_*`. */
  readonly code: number;
  /** The exit status if the child exited, else the signal's number. */
  readonly status: number;
  /** The exit status, or null if the child did not exit by itself. */
  readonly exitCode: number | null;
  /** The signal that ended, stopped or continued the child, or null. */
  readonly signal: NodeJS.Signals | null;
}

/** Reads what {@link waitid} left in `infop`. */
export function parseSiginfo(infop: Uint8Array): Siginfo {
  const raw = decodeStruct(siginfoLayout, infop);
  const [pid, code, status] = [
    Number(raw.si_pid),
    Number(raw.si_code),
    Number(raw.si_status),
  ];
  const exited = code === ChildCodes.EXITED;
  return {
    pid,
    uid: Number(raw.si_uid),
    code,
    status,
    exitCode: pid !== 0 && exited ? status : null,
    signal: pid === 0 || exited ? null : signalName(status),
  };
}

/** The name of a signal by its number, or null for a real-time one. */
export function signalName(number: number): NodeJS.Signals | null {
  const known = Object.entries(Signals).find(([, each]) => each === number);
  return known === undefined ? null : (known[0] as keyof typeof Signals);
}

type RusageField =
  | "ru_utime_sec"
  | "ru_utime_usec"
  | "ru_stime_sec"
  | "ru_stime_usec"
  | "ru_maxrss"
  | "ru_ixrss"
  | "ru_idrss"
  | "ru_isrss"
  | "ru_minflt"
  | "ru_majflt"
  | "ru_nswap"
  | "ru_inblock"
  | "ru_oublock"
  | "ru_msgsnd"
  | "ru_msgrcv"
  | "ru_nsignals"
  | "ru_nvcsw"
  | "ru_nivcsw";

/** struct rusage of include/uapi/linux/resource.h. */
export const rusageLayout: Layout<Record<RusageField, number>> = layout(
  "rusage",
  {
    ru_utime_sec: "i64",
    ru_utime_usec: "i64",
    ru_stime_sec: "i64",
    ru_stime_usec: "i64",
    ru_maxrss: "i64",
    ru_ixrss: "i64",
    ru_idrss: "i64",
    ru_isrss: "i64",
    ru_minflt: "i64",
    ru_majflt: "i64",
    ru_nswap: "i64",
    ru_inblock: "i64",
    ru_oublock: "i64",
    ru_msgsnd: "i64",
    ru_msgrcv: "i64",
    ru_nsignals: "i64",
    ru_nvcsw: "i64",
    ru_nivcsw: "i64",
  },
);

/** What a child and those it waited for used; see getrusage(2). */
export interface Rusage {
  readonly userTimeUs: number;
  readonly systemTimeUs: number;
  /** The most memory it held, in KiB. */
  readonly maxRssKib: number;
  readonly minorFaults: number;
  readonly majorFaults: number;
  /** Blocks of 512 bytes. */
  readonly inBlocks: number;
  readonly outBlocks: number;
  readonly voluntarySwitches: number;
  readonly involuntarySwitches: number;
}

/** Reads what {@link waitid} or {@link wait4} left in `rusage`. */
export function parseRusage(rusage: Uint8Array): Rusage {
  const raw = decodeStruct(rusageLayout, rusage);
  return {
    userTimeUs: Number(raw.ru_utime_sec * 1_000_000n + raw.ru_utime_usec),
    systemTimeUs: Number(raw.ru_stime_sec * 1_000_000n + raw.ru_stime_usec),
    maxRssKib: Number(raw.ru_maxrss),
    minorFaults: Number(raw.ru_minflt),
    majorFaults: Number(raw.ru_majflt),
    inBlocks: Number(raw.ru_inblock),
    outBlocks: Number(raw.ru_oublock),
    voluntarySwitches: Number(raw.ru_nvcsw),
    involuntarySwitches: Number(raw.ru_nivcsw),
  };
}
