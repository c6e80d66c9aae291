import type { AsyncLocalStorage } from "node:async_hooks";
import type { Init } from "../register.ts";
import type { Program } from "./program.ts";

/** What this process knows of re-execution. */
export interface ReexecState {
  readonly inits: Map<string, Init>;
  /** How this process was started, as `dispatch` found it; undefined until it has run. */
  program?: Program;
  /** Only in a re-executed process: set for the init function and whatever that starts. */
  initScope?: AsyncLocalStorage<string>;
}

const KEY = Symbol.for("@ns/reexec state 1");

/**
 * One per thread, not one per copy of this module: npm may install several versions, and a library's
 * init functions must be found by the `dispatch()` of whichever copy main imports.
 */
export function reexecState(): ReexecState {
  // globalThis has no type for a symbol of ours; nobody else writes this key
  const shared = globalThis as Record<symbol, ReexecState | undefined>;
  return (shared[KEY] ??= { inits: new Map() });
}

/** For messages: `'a', 'b'`. */
export function quotedNames(inits: ReadonlyMap<string, Init>): string {
  return inits.size === 0
    ? "none"
    : Array.from(inits.keys(), (name) => `'${name}'`).join(", ");
}
