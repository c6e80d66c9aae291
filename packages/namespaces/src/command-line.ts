import { readFileSync } from "node:fs";

/**
 * Parses /proc/PID/cmdline: the arguments, a NUL after each; see proc_pid_cmdline(5). Empty for the kernel's own
 * threads and for what has exited. A program that writes its own title over them may leave no NUL, or many at
 * the end.
 */
export function parseCommandLine(text: string): string[] {
  const args = text.replace(/\0+$/, "");
  return args === "" ? [] : args.split("\0");
}

/**
 * Reads /proc/PID/cmdline, which every user may.
 * @throws {Error} `ENOENT` or `ESRCH` (Node's own) if there is no such process.
 */
export function readCommandLine(pid: number): string[] {
  return parseCommandLine(readFileSync(`/proc/${pid}/cmdline`, "utf8"));
}
