// What mimalloc, the engine's allocator, takes for its option allow_thp unless the environment says otherwise.

/** Of an ELF file for 64 bits, little-endian: <elf.h>. */
const PROGRAM_HEADERS = 32;
const PROGRAM_HEADER_COUNT = 56;
const PROGRAM_HEADER_SIZE = 56;
const LOADED = 1;

/**
 * Of mimalloc's mi_option_desc_t (src/options.c, version 2 and 3): the value, whether it was set and which option it is, the name,
 * an older name. Each has 8 bytes; the first half of the second is 0 as long as the environment was not asked.
 */
const NAME_AT = 16;

/**
 * Lets the heap of an executable be in huge pages, where the kernel gives them to who asks (madvise(2), `MADV_HUGEPAGE`). Otherwise
 * mimalloc has them switched off for the process (prctl(2), `PR_SET_THP_DISABLE`), before a line of the program runs.
 * Changes one word in `elf`; false if it is not found.
 */
export function allowHugePages(elf: Buffer): boolean {
  const before = elf.indexOf("\0allow_thp\0");
  const name = before < 0 ? undefined : addressOf(elf, before + 1);
  if (name === undefined) return false;
  const pointer = Buffer.alloc(8);
  pointer.writeBigUInt64LE(name);
  const found = elf.indexOf(pointer) - NAME_AT;
  if (found < 0) return false;
  const isUntouched =
    elf.readBigInt64LE(found) === 0n && elf.readInt32LE(found + 8) === 0;
  if (isUntouched) elf.writeBigInt64LE(1n, found);
  return isUntouched;
}

/** Where something in the file is when it runs. */
function addressOf(elf: Buffer, offset: number): bigint | undefined {
  const first = Number(elf.readBigUInt64LE(PROGRAM_HEADERS));
  const count = elf.readUInt16LE(PROGRAM_HEADER_COUNT);
  for (let i = 0; i < count; i++) {
    const at = first + i * PROGRAM_HEADER_SIZE;
    const from = Number(elf.readBigUInt64LE(at + 8));
    const size = Number(elf.readBigUInt64LE(at + 32));
    if (elf.readUInt32LE(at) !== LOADED) continue;
    if (offset >= from && offset < from + size)
      return elf.readBigUInt64LE(at + 16) + BigInt(offset - from);
  }
  return undefined;
}
