// The part of Bun's FFI that is used here; see https://bun.sh/docs/api/ffi.
declare module "bun:ffi" {
  export type FfiType =
    "i16" | "i32" | "u32" | "i64_fast" | "u64" | "u64_fast" | "ptr";
  export type CFunction = (...args: (number | bigint)[]) => number | bigint;
  export function dlopen(
    library: string,
    symbols: Record<
      string,
      { readonly args: readonly FfiType[]; readonly returns: FfiType }
    >,
  ): { readonly symbols: Readonly<Record<string, CFunction>> };
  /** The address of a typed array's first byte. */
  export function ptr(view: Uint8Array): number;
  export const read: { i32(address: number, offset: number): number };
}
