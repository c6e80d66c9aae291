import type { Arena, EncodedArg } from "./arena.ts";
import type { Syscall } from "./syscall.ts";

/**
 * Encodes a syscall's arguments, placing what they point to in `arena`.
 * @throws {TypeError} if an argument cannot be what its parameter is; nothing has happened then.
 */
export function encodeArgs(call: Syscall, arena: Arena): EncodedArg[] {
  const { params, args } = call;
  const encoded: EncodedArg[] = [];
  let i = 0;
  for (const param of params)
    encoded.push(param.encode(args[i++] as never, arena));
  return encoded;
}
