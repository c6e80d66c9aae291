import { closeSync, writeSync } from "node:fs";
import type { Hook, State } from "@ns/oci";
import { type JoinTarget, spawn, type SpawnOptions } from "@ns/spawn";
import { invoke, memfdCreate, MfdFlags } from "@ns/syscalls";
import { MiniboxError } from "../error.ts";

/** What hooks of a moment are run with. */
export interface HookMoment {
  readonly name: string;
  readonly state: State;
  /** The container's namespaces, for hooks that run in there. */
  readonly join?: readonly JoinTarget[];
  /** Where they run; default the bundle. */
  readonly cwd?: string;
  /** What they may do, for hooks that the container brings along: no more than its process. */
  readonly as?: SpawnOptions;
}

/**
 * Runs hooks one after the other, each with the state on its standard input, and only the environment that it is given.
 * @throws {MiniboxError} `ERR_HOOK` for the first that fails or takes too long.
 */
export async function runHooks(
  hooks: readonly Hook[] | undefined,
  moment: HookMoment,
): Promise<void> {
  for (const [i, hook] of (hooks ?? []).entries())
    await runHook(hook, `${moment.name} hook #${i}`, moment);
}

async function runHook(
  { path, args = [path], env = [], timeout }: Hook,
  what: string,
  { state, join, cwd = state.bundle, as }: HookMoment,
): Promise<void> {
  const [argv0 = path, ...rest] = args;
  const stdin = fileWith(JSON.stringify(state));
  try {
    const child = spawn(path, rest, {
      ...as,
      argv0,
      env: Object.fromEntries(
        env.map((text) => {
          const at = text.indexOf("=");
          return [text.slice(0, at), text.slice(at + 1)];
        }),
      ),
      cwd,
      stdio: [stdin, 2, 2],
      killSignal: "SIGKILL",
      ...(timeout !== undefined && { timeout: timeout * 1000 }),
      ...(join !== undefined && { join }),
    });
    const { code, signal } = await child.exited;
    if (code === 0) return;
    const how = signal === null ? `exit status ${code}` : `signal ${signal}`;
    throw new MiniboxError("ERR_HOOK", `error running ${what}: ${how}`);
  } catch (cause) {
    if (cause instanceof MiniboxError) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new MiniboxError("ERR_HOOK", `error running ${what}: ${reason}`, {
      cause,
    });
  } finally {
    closeSync(stdin);
  }
}

/** A file with this text, to be read from its beginning: unlike a pipe it takes any length. */
function fileWith(text: string): number {
  const fd = invoke(memfdCreate("state", MfdFlags.CLOEXEC));
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length;)
    at += writeSync(fd, bytes, at, bytes.length - at, at);
  return fd;
}
