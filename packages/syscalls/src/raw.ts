import { errno, libc, libcAsync } from "./libc.ts";

const SYSCALL =
  "long syscall(long number, uint64_t a, uint64_t b, uint64_t c, uint64_t d, uint64_t e, uint64_t f)";

/**
 * Performs syscall `nr` with up to six words as they are; see syscall(2). Returns the result, or the
 * negated errno. Nothing is checked: a wrong address ends the process.
 */
export function rawSyscall(
  nr: number,
  ...args: readonly (number | bigint)[]
): number {
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = args;
  const result = libc(SYSCALL)(
    nr,
    word(a),
    word(b),
    word(c),
    word(d),
    word(e),
    word(f),
  );
  return result === -1 ? -errno() : result;
}

/** As {@link rawSyscall}, on a thread of libuv's pool. What the words point to must stay until it has returned. */
export async function rawSyscallAsync(
  nr: number,
  ...args: readonly (number | bigint)[]
): Promise<number> {
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = args;
  const { result, errno } = await libcAsync(SYSCALL)(
    nr,
    word(a),
    word(b),
    word(c),
    word(d),
    word(e),
    word(f),
  );
  return result === -1 ? -errno : result;
}

/** The two's complement of a negative argument, in 64 bits. */
function word(value: number | bigint): number | bigint {
  return value < 0 ? BigInt.asUintN(64, BigInt(value)) : value;
}
