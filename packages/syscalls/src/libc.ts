import { koffi, type NativeFunction } from "./internal/koffi.ts";

/** An argument of a libc function: an integer, an address, text (`const char *`), or a buffer that stands for its address. */
export type LibcArg = number | bigint | string | null | Uint8Array;

/** A libc function bound by its prototype. A buffer's address is good for the length of the call. */
export type LibcFunction = (...args: readonly LibcArg[]) => number;

/** A libc function that runs on a thread of libuv's pool; `errno` is that thread's. */
export type LibcAsyncFunction = (
  ...args: readonly LibcArg[]
) => Promise<{ readonly result: number; readonly errno: number }>;

/**
 * Binds a libc function by its C prototype, on first use:
 * `libc("int posix_spawn_file_actions_init(void *actions)")(actions)`. For what is no syscall; nothing is
 * checked, and a wrong argument ends the process.
 */
export function libc(prototype: string): LibcFunction {
  return bind(prototype) as LibcFunction;
}

/** As {@link libc}, for a function that waits. Buffers must stay reachable until it has returned. */
export function libcAsync(prototype: string): LibcAsyncFunction {
  const fn = bind(prototype);
  return (...args) =>
    new Promise((resolve, reject) => {
      fn.async(...args, (error: Error | null, result: number) => {
        if (error === null) resolve({ result, errno: errno() });
        else reject(error);
      });
    });
}

const bound = new Map<string, NativeFunction>();

function bind(prototype: string): NativeFunction {
  let fn = bound.get(prototype);
  if (fn === undefined) {
    // The executable itself: node is linked to its libc, whichever it is.
    fn = koffi().load(null).func(prototype);
    bound.set(prototype, fn);
  }
  return fn;
}

/** The errno of this thread; to be read on the line after the call. */
export function errno(): number {
  return koffi().errno();
}

/**
 * The address of a buffer's first byte, good for as long as the buffer is reachable. It must not lie on
 * V8's heap, where it would move: take `Buffer.allocUnsafeSlow` of 128 bytes or more.
 */
export function addressOf(buffer: Uint8Array): bigint {
  return koffi().address(buffer);
}
