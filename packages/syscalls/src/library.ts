import { koffi, type NativeFunction } from "./internal/koffi.ts";
import type { LibcFunction } from "./libc.ts";

/** Binds functions of one library, each by its C prototype, on first use. */
export type Library = (prototype: string) => LibcFunction;

/**
 * Loads a shared library by its file or by the name that the dynamic loader knows it by, and returns what binds its
 * functions: `library("libseccomp.so.2")("uint32_t seccomp_arch_native(void)")()`; see dlopen(3). As with `libc`
 * nothing is checked, and a wrong prototype or argument ends the process.
 * @throws {Error} `ERR_LIBRARY_NOT_LOADED` if it is not there or cannot be loaded; the loader's reason is in the message.
 */
export function library(name: string): Library {
  const handle = open(name);
  const bound = new Map<string, NativeFunction>();
  return (prototype) => {
    let fn = bound.get(prototype);
    if (fn === undefined) {
      fn = handle.func(prototype);
      bound.set(prototype, fn);
    }
    return fn as LibcFunction;
  };
}

function open(name: string): { func(prototype: string): NativeFunction } {
  const loader = koffi();
  try {
    return loader.load(name);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw Object.assign(
      new Error(`cannot load library '${name}': ${reason}`, { cause }),
      { code: "ERR_LIBRARY_NOT_LOADED" },
    );
  }
}
