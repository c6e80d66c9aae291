import { readSync } from "node:fs";
import { close, invoke, memfdCreate, MfdFlags } from "@ns/syscalls";
import type { Library } from "@ns/syscalls/library";

/** Attributes of a filter (`SCMP_FLTATR_`): seccomp_attr_set(3). */
const Attributes = { CTL_NNP: 3, CTL_OPTIMIZE: 8 } as const;

/** A condition as libseccomp takes it. */
export interface Comparison {
  readonly index: number;
  /** `SCMP_CMP_*` */
  readonly op: number;
  readonly a: bigint;
  readonly b: bigint;
}

/** sizeof(struct scmp_arg_cmp) */
const COMPARISON_SIZE = 24;

/** libseccomp's filter in the making. Methods return 0 or a negated errno, as the library does. */
export class FilterContext implements Disposable {
  readonly #library: Library;
  readonly #context: number;
  readonly #comparisons: Buffer = Buffer.allocUnsafeSlow(6 * COMPARISON_SIZE);

  /**
   * An empty filter.
   * @throws {RangeError} if libseccomp does not take the default action.
   */
  constructor(library: Library, defaultAction: number) {
    this.#library = library;
    this.#context = library("uintptr_t seccomp_init(uint32_t def_action)")(
      defaultAction,
    );
    if (this.#context === 0)
      throw new RangeError("libseccomp does not take this default action");
    this.#set(Attributes.CTL_NNP, 0);
  }

  /** 2 makes libseccomp look syscalls up in a binary tree. Since libseccomp 2.5.0. */
  optimize(level: 1 | 2): number {
    return this.#set(Attributes.CTL_OPTIMIZE, level);
  }

  addArchitecture(token: number): number {
    return this.#library(
      "int seccomp_arch_add(uintptr_t ctx, uint32_t arch_token)",
    )(this.#context, token);
  }

  addRule(
    action: number,
    nr: number,
    comparisons: readonly Comparison[],
  ): number {
    for (const [i, { index, op, a, b }] of comparisons.entries()) {
      const at = i * COMPARISON_SIZE;
      this.#comparisons.writeUInt32LE(index, at);
      this.#comparisons.writeUInt32LE(op, at + 4);
      this.#comparisons.writeBigUInt64LE(a, at + 8);
      this.#comparisons.writeBigUInt64LE(b, at + 16);
    }
    return this.#library(
      "int seccomp_rule_add_array(uintptr_t ctx, uint32_t action, int syscall, unsigned int arg_cnt, const void *arg_array)",
    )(this.#context, action, nr, comparisons.length, this.#comparisons);
  }

  /** The program: seccomp_export_bpf_mem(3) would need libseccomp 2.6. */
  export(): Buffer | number {
    const fd = invoke(memfdCreate("seccomp", MfdFlags.CLOEXEC));
    try {
      const result = this.#library(
        "int seccomp_export_bpf(uintptr_t ctx, int fd)",
      )(this.#context, fd);
      if (result < 0) return result;
      return readAll(fd);
    } finally {
      invoke(close(fd));
    }
  }

  [Symbol.dispose](): void {
    this.#library("void seccomp_release(uintptr_t ctx)")(this.#context);
  }

  #set(attribute: number, value: number): number {
    return this.#library(
      "int seccomp_attr_set(uintptr_t ctx, int attr, uint32_t value)",
    )(this.#context, attribute, value);
  }
}

/** From the start: the position is after what libseccomp has written. */
function readAll(fd: number): Buffer {
  const chunks: Buffer[] = [];
  let length = 0;
  for (;;) {
    const chunk = Buffer.alloc(65536);
    const read = readSync(fd, chunk, 0, chunk.length, length);
    if (read === 0) return Buffer.concat(chunks, length);
    chunks.push(chunk.subarray(0, read));
    length += read;
  }
}
