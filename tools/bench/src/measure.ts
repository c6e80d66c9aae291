import * as childProcess from "node:child_process";
import { spawn } from "@ns/spawn";
import { spawnOptions } from "./spawn-options.ts";
import type {
  Action,
  ChildProcessAction,
  Sample,
  SpawnAction,
} from "./protocol.ts";

/** Does `action` once. @throws {Error} when the command cannot be started, or fails. */
export function measure(action: Action): Promise<Sample> {
  return action.kind === "child_process"
    ? measureChildProcess(action)
    : measureSpawn(action);
}

function measureChildProcess({
  file,
  args,
}: ChildProcessAction): Promise<Sample> {
  const start = performance.now();
  const child = childProcess.spawn(file, args, { stdio: "ignore" });
  return untilExit(child, start, performance.now() - start);
}

function measureSpawn(action: SpawnAction): Promise<Sample> {
  const options = spawnOptions(action);
  const start = performance.now();
  const child = spawn(action.file, action.args, options);
  return untilExit(child, start, performance.now() - start);
}

type Exit = [code: number | null, signal: NodeJS.Signals | null];

/** What Node's handle and ours have in common. */
interface Child {
  once(event: "exit", listener: (...exit: Exit) => void): unknown;
  once(event: "error", listener: (error: Error) => void): unknown;
}

function untilExit(
  child: Child,
  start: number,
  blockedMs: number,
): Promise<Sample> {
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code, signal) => {
      const totalMs = performance.now() - start;
      if (code === 0) resolve({ blockedMs, totalMs });
      else reject(new Error(`it ended with ${signal ?? `status ${code}`}`));
    });
  });
}
