import { run } from "@ns/testkit";
import type { Action } from "./protocol.ts";

/** Why `action` failed: what the command says, which is not heard while it is measured, or else `reason`. */
export async function explain(action: Action, reason: string): Promise<string> {
  if (action.kind === "spawn" && action.namespaces !== undefined) return reason;
  const { stderr } = await run(action.file, action.args);
  const lastLine = stderr.trim().split("\n").at(-1)?.trim() ?? "";
  return lastLine === "" ? reason : lastLine;
}
