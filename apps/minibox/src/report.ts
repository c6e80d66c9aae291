import { SyscallError } from "@ns/syscalls";
import { hintFor } from "./hint.ts";

const EXIT_OURS = 125;
const EXIT_NOT_EXECUTABLE = 126;
const EXIT_NOT_FOUND = 127;

/** Says on stderr what went wrong and what can be done about it, and returns the exit status: docker's. */
export function reportError(error: unknown): number {
  const [text, hint, status] = describe(error);
  process.stderr.write(
    `minibox: ${text}\n${hint === undefined ? "" : `hint: ${hint}\n`}`,
  );
  if (process.env["MINIBOX_DEBUG"] === "1") console.error(error);
  return status;
}

function describe(
  error: unknown,
): [text: string, hint: string | undefined, status: number] {
  if (error instanceof SyscallError && error.syscall === "execve")
    return describeExec(error);
  if (!(error instanceof Error)) return [String(error), undefined, EXIT_OURS];
  const own =
    "hint" in error && typeof error.hint === "string" ? error.hint : undefined;
  const hint =
    own ?? (error instanceof SyscallError ? hintFor(error) : undefined);
  return [error.message, hint, EXIT_OURS];
}

/** The command could not be executed: the shell's statuses. */
function describeExec(
  error: SyscallError,
): [text: string, hint: string | undefined, status: number] {
  const command = error.path ?? "";
  if (error.code === "ENOENT" || error.code === "ENOTDIR") {
    const where = command.includes("/") ? "" : " in PATH";
    return [
      `command '${command}' not found${where}`,
      undefined,
      EXIT_NOT_FOUND,
    ];
  }
  const hint =
    error.code === "ENOEXEC"
      ? "a script needs a first line as #!/bin/sh; a program has to be made for this machine"
      : "it is a directory, or not marked executable (chmod +x), or on a file system mounted noexec";
  return [
    `command '${command}' cannot be executed: ${error.message.split(", execve")[0] ?? ""}`,
    hint,
    EXIT_NOT_EXECUTABLE,
  ];
}
