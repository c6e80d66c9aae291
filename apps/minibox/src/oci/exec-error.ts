import { SyscallError } from "@ns/syscalls";
import { MiniboxError } from "../error.ts";

/** The error of a program that cannot be run, in the words that engines look for; any other as it is. */
export function execError(error: unknown, file: string): unknown {
  if (!(error instanceof SyscallError) || error.syscall !== "execve")
    return error;
  return new MiniboxError(
    "ERR_NO_COMMAND",
    `unable to start container process: exec: ${JSON.stringify(file)}: ${reasonOf(error, file)}`,
    { cause: error },
  );
}

function reasonOf({ code }: SyscallError, file: string): string {
  if (code === "EACCES") return "permission denied";
  if (code !== "ENOENT" && code !== "ENOTDIR") return `cannot be run: ${code}`;
  return file.includes("/")
    ? `stat ${file}: no such file or directory`
    : "executable file not found in $PATH";
}
