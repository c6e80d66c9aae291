import { type Arena, type EncodedArg, type Pointer } from "./arena.ts";
import type { Param } from "./param.ts";

/** A C integer type by its width and sign. */
export type Scalar = "u8" | "u16" | "u32" | "u64" | "i16" | "i32" | "i64";

const WIDTH = {
  u8: 1,
  u16: 2,
  u32: 4,
  u64: 8,
  i16: 2,
  i32: 4,
  i64: 8,
} as const;

/** A field of a struct: its C type, and how its value is encoded and printed. */
export interface Field {
  readonly type: Scalar;
  /** How the value becomes an integer or an address, and text. */
  readonly param: Param<never>;
}

/** Where each field of a struct lies; the kernel's own layout, with natural alignment. */
export interface Layout<T> {
  readonly name: string;
  readonly size: number;
  readonly fields: readonly (Field & {
    readonly key: keyof T & string;
    readonly at: number;
  })[];
}

/** How a layout departs from natural alignment. */
export interface LayoutOptions {
  /** Fields follow each other without padding, as with `__attribute__((packed))`. Default: false. */
  readonly packed?: boolean;
  /** The size in bytes, where the kernel's struct ends in fields that are not listed. */
  readonly size?: number;
}

/**
 * Lays out a C struct with natural alignment. Fields are listed in the header's order, those that are
 * plain integers by their type alone; a field left out of a value is zero.
 */
export function layout<T>(
  name: string,
  fields: { readonly [K in keyof T]-?: Field | Scalar },
  options: LayoutOptions = {},
): Layout<T> {
  let laidOut: Omit<Layout<T>, "name"> | undefined;
  const get = () => (laidOut ??= layOut(fields, options));
  return {
    name,
    get size() {
      return get().size;
    },
    get fields() {
      return get().fields;
    },
  };
}

function layOut<T>(
  fields: { readonly [K in keyof T]-?: Field | Scalar },
  options: LayoutOptions,
): Omit<Layout<T>, "name"> {
  let at = 0;
  let align = 1;
  const placed: (Field & { key: keyof T & string; at: number })[] = [];
  for (const key in fields) {
    const given: Field | Scalar = fields[key];
    const field: Field =
      typeof given === "string" ? { type: given, param: plainInteger } : given;
    const width = WIDTH[field.type];
    if (options.packed !== true) {
      at = Math.ceil(at / width) * width;
      align = Math.max(align, width);
    }
    placed.push({ ...field, key, at });
    at += width;
  }
  return {
    size: options.size ?? Math.ceil(at / align) * align,
    fields: placed,
  };
}

const plainInteger: Param<number | bigint> = {
  name: "field",
  encode: (value) => value,
  format: (value) => value.toString(),
};

/** Places the struct `value` in the arena. */
export function encodeStruct<T>(
  shape: Layout<T>,
  value: T,
  arena: Arena,
): Pointer {
  const at = arena.reserve(shape.size);
  writeStruct(shape, value, arena, at);
  return { kind: "pointer", at };
}

/** Writes the struct `value` at `at`, in memory that has been reserved: an element of an array. */
export function writeStruct<T>(
  shape: Layout<T>,
  value: T,
  arena: Arena,
  at: number,
): void {
  for (const field of shape.fields) {
    const part = value[field.key];
    if (part === undefined || part === null) continue;
    const encoded: EncodedArg = field.param.encode(part as never, arena);
    arena.write(at + field.at, WIDTH[field.type], encoded);
  }
}

/** Prints a struct as strace does: `{flags=CLONE_NEWNS, exit_signal=SIGCHLD}`, without its zero fields. */
export function formatStruct<T>(shape: Layout<T>, value: T): string {
  const parts = shape.fields.flatMap((field) => {
    const part = value[field.key];
    if (part === undefined || part === null) return [];
    return [`${field.key}=${field.param.format(part as never)}`];
  });
  return `{${parts.join(", ")}}`;
}

/** Reads the scalar fields of a struct from `bytes`, as the kernel left them. */
export function decodeStruct<T>(
  shape: Layout<T>,
  bytes: Uint8Array,
): Record<keyof T & string, bigint> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const result: Partial<Record<keyof T & string, bigint>> = {};
  for (const { key, at, type } of shape.fields)
    result[key] = readScalar(view, at, type);
  return result as Record<keyof T & string, bigint>;
}

function readScalar(view: DataView, at: number, type: Scalar): bigint {
  switch (type) {
    case "u8":
      return BigInt(view.getUint8(at));
    case "u16":
      return BigInt(view.getUint16(at, true));
    case "u32":
      return BigInt(view.getUint32(at, true));
    case "i16":
      return BigInt(view.getInt16(at, true));
    case "i32":
      return BigInt(view.getInt32(at, true));
    case "u64":
      return view.getBigUint64(at, true);
    case "i64":
      return view.getBigInt64(at, true);
  }
}
