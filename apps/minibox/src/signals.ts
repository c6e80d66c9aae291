import { readFileSync } from "node:fs";
import type { Child } from "@ns/spawn";
import { Signals } from "@ns/syscalls";

/** Signals that someone may send to us and mean for the command. */
const FORWARDED = [
  "SIGHUP",
  "SIGINT",
  "SIGQUIT",
  "SIGTERM",
  "SIGUSR1",
  "SIGUSR2",
  "SIGALRM",
  "SIGCONT",
] as const;
/** What runc passes on, besides: all but those that are about us. */
const FORWARDED_TO_BUNDLES = [
  ...FORWARDED,
  ...(["SIGTSTP", "SIGTTIN", "SIGTTOU", "SIGVTALRM"] as const),
  ...(["SIGXCPU", "SIGXFSZ", "SIGIO", "SIGPWR", "SIGSTKFLT"] as const),
] as const;
/** Those that by default do not end a process. */
const HARMLESS: readonly NodeJS.Signals[] = ["SIGCONT"];

/** Passes signals on to the command. Returns what stops that. */
export function forwardSignals(child: Child): () => void {
  return listenTo(FORWARDED, (signal) => {
    forward(child, signal);
  });
}

/** Passes signals on as they are: what a container's first process has no handler for, it does not get. */
export function forwardToBundle(child: Child): () => void {
  return listenTo(FORWARDED_TO_BUNDLES, (signal) => {
    child.kill(signal);
  });
}

function listenTo(
  signals: readonly NodeJS.Signals[],
  pass: (signal: NodeJS.Signals) => void,
): () => void {
  const listeners = signals.map((signal) => {
    const listener = (): void => {
      pass(signal);
    };
    process.on(signal, listener);
    return { signal, listener };
  });
  return () => {
    for (const { signal, listener } of listeners) process.off(signal, listener);
  };
}

/**
 * PID 1 of a PID namespace does not get signals it has no handler for (pid_namespaces(7)): `sleep` as a container's only
 * process could not be interrupted. Such a signal would have ended it anywhere else, so it ends it here; and always before
 * the command runs, when it cannot have a handler yet.
 */
function forward(child: Child, signal: NodeJS.Signals): void {
  if (
    !HARMLESS.includes(signal) &&
    (child.pid === undefined || isDefault(child.pid, signal))
  ) {
    endedBy.set(child, signal);
    child.kill("SIGKILL");
  } else {
    child.kill(signal);
  }
}

const endedBy = new WeakMap<Child, NodeJS.Signals>();

/** The signal that ended the command in our name, where the kernel was told another. */
export function forwardedEnd(child: Child): NodeJS.Signals | undefined {
  return endedBy.get(child);
}

function isDefault(pid: number, signal: NodeJS.Signals): boolean {
  let status: string;
  try {
    status = readFileSync(`/proc/${pid}/status`, "utf8");
  } catch {
    // ENOENT, ESRCH: it has just ended.
    return false;
  }
  const bit = 1n << BigInt(signalNumberOf(signal) - 1);
  return ["SigIgn", "SigCgt"].every((set) => {
    const [, mask = "0"] =
      new RegExp(`^${set}:\\s*([0-9a-f]+)$`, "m").exec(status) ?? [];
    return (BigInt(`0x${mask}`) & bit) === 0n;
  });
}

export function signalNumberOf(signal: NodeJS.Signals | null): number {
  return signal === null ? 0 : Signals[signal as keyof typeof Signals];
}
