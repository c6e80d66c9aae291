import type { Capture, Inherited, Register } from "./argument.ts";

/** An encoded argument: an immediate, an address within the arena, or a value known only at run time. */
export type EncodedArg = number | bigint | Pointer | Register | Inherited;

/** The address of the byte at `at` of the arena. */
export interface Pointer {
  readonly kind: "pointer";
  readonly at: number;
}

/** `width` bytes at `at` of the arena take the value of a register or of a passed-on descriptor before the call. */
export interface Store {
  readonly at: number;
  readonly width: 4 | 8;
  readonly value: Register | Inherited;
}

/** The 21 bytes at `at` of the arena take the decimal text of a register before the call. */
export interface DecimalStore {
  readonly at: number;
  readonly register: Register;
}

/** After the call, `size` bytes at `at` of the arena are copied to `target`. */
export interface CopyBack {
  readonly at: number;
  readonly target: Uint8Array;
}

const FIRST_SIZE = 256;
/** Most calls point to nothing. */
const EMPTY = Buffer.alloc(0);

/**
 * The memory that one call, or a whole program of them, points into. Addresses are offsets until an
 * interpreter knows where the arena lies: this process for `invoke`, another one for a program.
 */
export class Arena {
  #bytes: Buffer;
  #length = 0;
  readonly relocations: { readonly at: number; readonly to: number }[] = [];
  readonly stores: Store[] = [];
  readonly decimals: DecimalStore[] = [];
  readonly captures: Capture[] = [];
  readonly copies: CopyBack[] = [];

  /** `room`: how many bytes there is room for at first. */
  constructor(room = 0) {
    this.#bytes = room === 0 ? EMPTY : Buffer.alloc(room);
  }

  /** Bytes in use. */
  get length(): number {
    return this.#length;
  }

  /** A view of the bytes in use; valid until the next {@link Arena.reserve}. */
  get bytes(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  /** Reserves `size` zeroed bytes, aligned to 8, and returns their offset. */
  reserve(size: number): number {
    const at = (this.#length + 7) & ~7;
    const end = at + size;
    if (end > this.#bytes.length) {
      const grown = Buffer.alloc(
        Math.max(FIRST_SIZE, end, this.#bytes.length * 2),
      );
      this.#bytes.copy(grown, 0, 0, this.#length);
      this.#bytes = grown;
    }
    this.#length = end;
    return at;
  }

  /** Places a copy of `data` and returns a pointer to it. */
  place(data: Uint8Array): Pointer {
    const at = this.reserve(data.byteLength);
    this.#bytes.set(data, at);
    return { kind: "pointer", at };
  }

  /** Places `text` as a NUL-terminated string. */
  placeString(text: string): Pointer {
    const size = Buffer.byteLength(text) + 1;
    const at = this.reserve(size);
    this.#bytes.write(text, at);
    return { kind: "pointer", at };
  }

  /** Places `texts`, which hold no NUL, as NUL-terminated strings: in one piece, since an environment has dozens. */
  placeStrings(texts: readonly string[]): Pointer[] {
    const joined = `${texts.join("\0")}\0`;
    const size = Buffer.byteLength(joined);
    let at = this.reserve(size);
    this.#bytes.write(joined, at);
    const isAscii = size === joined.length;
    return texts.map((text) => {
      const pointer: Pointer = { kind: "pointer", at };
      at += (isAscii ? text.length : Buffer.byteLength(text)) + 1;
      return pointer;
    });
  }

  /** Reserves room for the decimal text of `register`: 20 digits and a NUL. */
  placeDecimal(register: Register): Pointer {
    const at = this.reserve(21);
    this.decimals.push({ at, register });
    return { kind: "pointer", at };
  }

  /** Writes an encoded value of `width` bytes at `at`, noting what has to be filled in later. */
  write(at: number, width: 1 | 2 | 4 | 8, value: EncodedArg): void {
    if (typeof value === "number" && width >= 4 && value >= 0) {
      // most fields, without the cost of a bigint
      this.#bytes.writeUInt32LE(value >>> 0, at);
      if (width === 8)
        this.#bytes.writeUInt32LE(Math.floor(value / 0x1_0000_0000), at + 4);
    } else if (typeof value === "number" || typeof value === "bigint") {
      const bits = BigInt.asUintN(width * 8, BigInt(value));
      if (width === 8) this.#bytes.writeBigUInt64LE(bits, at);
      else this.#bytes.writeUIntLE(Number(bits), at, width);
    } else if (value.kind === "pointer") {
      if (width !== 8)
        throw new TypeError(`a field of ${width} bytes cannot hold an address`);
      this.relocations.push({ at, to: value.at });
    } else if (width === 4 || width === 8) {
      this.stores.push({ at, width, value });
    } else {
      throw new TypeError(`a field of ${width} bytes cannot hold a register`);
    }
  }
}
