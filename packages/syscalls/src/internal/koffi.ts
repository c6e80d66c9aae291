import { createRequire } from "node:module";
import { requireBinary } from "./koffi-binary.ts";

/** The part of koffi that is used here; see https://koffi.dev. */
export interface Koffi {
  load(path: string | null): { func(prototype: string): NativeFunction };
  address(buffer: Uint8Array): bigint;
  errno(): number;
}

/** A C function bound by koffi; `async` runs it on a thread of libuv's pool. */
export type NativeFunction = ((...args: unknown[]) => number | bigint) & {
  async(...args: unknown[]): void;
};

let loaded: Koffi | undefined;

/**
 * Loads koffi, once. Its JavaScript loader takes 11 ms, nearly all of it to find out which binary
 * fits; we name the binary for glibc, which loads in 1 to 2 ms, and leave the rest to the loader.
 */
export function koffi(): Koffi {
  loaded ??= load();
  return loaded;
}

function load(): Koffi {
  try {
    return requireBinary() as Koffi;
  } catch {
    // musl, another package layout: the loader knows what to do, and its error is the one to show.
    return createRequire(import.meta.url)("koffi") as Koffi;
  }
}
