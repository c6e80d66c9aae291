// What stands for koffi in the executable: Bun's own FFI, which is there without loading a library.
import { type CFunction, dlopen, type FfiType, ptr, read } from "bun:ffi";

/** The part of koffi that `@ns/syscalls` uses: its `internal/koffi.ts`. */
interface Koffi {
  load(path: string | null): { func(prototype: string): NativeFunction };
  address(buffer: Uint8Array): bigint;
  errno(): number;
}

type NativeFunction = ((...args: unknown[]) => number | bigint) & {
  async(...args: unknown[]): void;
};

type Callback = (error: Error | null, result?: number | bigint) => void;

/** glibc's: Bun is linked to it. */
const LIBC = "libc.so.6";

export function requireBinary(): Koffi {
  return {
    load: (path) => ({
      func: (prototype) => bind(path ?? LIBC, prototype),
    }),
    address: (buffer) => BigInt(ptr(buffer)),
    errno,
  };
}

/** Binds a function by its C prototype: `int posix_spawn(void *pid, const char *path, …)`. */
function bind(library: string, prototype: string): NativeFunction {
  const [, returned, name, list] = /^(.+?)(\w+)\((.*)\)$/.exec(prototype) ?? [];
  if (returned === undefined || name === undefined || list === undefined)
    throw new TypeError(`invalid prototype '${prototype}'`);
  const args = list === "" ? [] : list.split(",").map(typeOf);
  const native = open(library, name, { args, returns: resultOf(returned) });
  const call = (...given: unknown[]): number | bigint => {
    // they hold what their addresses point to until the function has returned
    const held = given.map(argument);
    return native(...held.map(({ value }) => value));
  };
  return Object.assign(call, {
    // There is no pool. What the command line calls so waits for as long as it would have to wait anyway.
    async: (...given: unknown[]) => {
      const callback = given.pop() as Callback;
      const result = call(...given);
      queueMicrotask(() => {
        callback(null, result);
      });
    },
  });
}

function open(
  library: string,
  name: string,
  types: { readonly args: readonly FfiType[]; readonly returns: FfiType },
): CFunction {
  const native = dlopen(library, { [name]: types }).symbols[name];
  if (native === undefined) throw new Error(`no ${name} in ${library}`);
  return native;
}

const WORD = /\*|\b(?:uint64_t|uintptr_t|size_t)\b/;

/** A parameter with its name: everything that is an address is its 64 bits. */
function typeOf(declaration: string): FfiType {
  if (WORD.test(declaration)) return "u64";
  if (declaration.includes("uint32_t")) return "u32";
  if (declaration.includes("long")) return "i64_fast";
  if (declaration.includes("short")) return "i16";
  return "i32";
}

/** What a function returns; a number as long as that is exact. */
function resultOf(declaration: string): FfiType {
  const type = typeOf(declaration);
  return type === "u64" ? "u64_fast" : type;
}

interface Argument {
  readonly value: number | bigint;
  readonly memory?: Uint8Array;
}

function argument(given: unknown): Argument {
  if (typeof given === "number" || typeof given === "bigint")
    return { value: given };
  if (given === null) return { value: 0 };
  const memory =
    typeof given === "string"
      ? Buffer.from(`${given}\0`)
      : (given as Uint8Array);
  return { value: ptr(memory), memory };
}

let location: number | undefined;

function errno(): number {
  location ??= Number(
    open(LIBC, "__errno_location", { args: [], returns: "ptr" })(),
  );
  return read.i32(location, 0);
}
