import { errnoMessage, type ErrnoName, SyscallError } from "@ns/syscalls";
import { hintFor } from "../../hint.ts";
import type { Log } from "../../oci/log.ts";
import { WrongUsage } from "./flags.ts";

/** Logs what went wrong, and gives the exit status. */
export function report(log: Log, command: string, error: unknown): number {
  const text = textOf(error);
  const begun = !(error instanceof WrongUsage);
  log.fail(`${begun ? (FAILED[command] ?? "") : ""}${text}`, hintOf(error));
  if (process.env["MINIBOX_DEBUG"] === "1") console.error(error);
  return begun && command === "exec" ? 255 : 1;
}

/** Of a file that cannot be opened, and the like, in the words of Go; any other as it is. */
function textOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code, syscall, path } = error as NodeJS.ErrnoException;
  const isFromKernel =
    code !== undefined && syscall !== undefined && path !== undefined;
  if (error instanceof SyscallError || !isFromKernel) return error.message;
  return `${syscall} ${path}: ${errnoMessage(code as ErrnoName)}`;
}

/** What errors of a command begin with. */
const FAILED: Readonly<Record<string, string>> = {
  create: "minibox create failed: ",
  run: "minibox run failed: ",
  exec: "exec failed: ",
};

function hintOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if ("hint" in error && typeof error.hint === "string") return error.hint;
  return error instanceof SyscallError ? hintFor(error) : undefined;
}
