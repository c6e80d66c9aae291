import { SeccompError } from "../error.ts";

/** A value of a JSON document, with the way to it, for errors that say where: `syscalls[3].args[0].op`. */
export class JsonValue {
  readonly value: unknown;
  readonly path: string;

  constructor(value: unknown, path = "") {
    this.value = value;
    this.path = path;
  }

  /** A member of this object; undefined if it is not there or null, which Go writes for what is not there. */
  get(key: string): JsonValue | undefined {
    const member = this.#members()[key];
    if (member === undefined || member === null) return undefined;
    return new JsonValue(
      member,
      this.path === "" ? key : `${this.path}.${key}`,
    );
  }

  /** The same, where it has to be. */
  need(key: string): JsonValue {
    const member = this.get(key);
    if (member === undefined) throw this.fail(`expected a member '${key}'`);
    return member;
  }

  items(): readonly JsonValue[] {
    if (!Array.isArray(this.value)) throw this.fail("expected an array");
    return this.value.map(
      (item: unknown, i) => new JsonValue(item, `${this.path}[${i}]`),
    );
  }

  text(): string {
    if (typeof this.value !== "string") throw this.fail("expected a string");
    return this.value;
  }

  texts(): readonly string[] {
    return this.items().map((item) => item.text());
  }

  /** One of the keys of `table`. */
  oneOf<T extends string>(table: Readonly<Record<T, unknown>>): T {
    const text = this.text();
    if (Object.hasOwn(table, text)) return text as T;
    throw this.fail(`expected one of ${Object.keys(table).join(", ")}`);
  }

  /** An integer from 0 to `max`. */
  integer(max: number): number {
    const { value } = this;
    if (Number.isInteger(value) && Number(value) >= 0 && Number(value) <= max)
      return Number(value);
    throw this.fail(`expected an integer from 0 to ${max}`);
  }

  /** An unsigned integer of 64 bits. */
  unsigned64(): bigint {
    const { value } = this;
    if (typeof value === "bigint" && value >= 0n && value < 1n << 64n)
      return value;
    if (Number.isSafeInteger(value) && Number(value) >= 0)
      return BigInt(value as number);
    throw this.fail(
      "expected an integer from 0 to 2^64-1, above 2^53 as a bigint",
    );
  }

  fail(expected: string, hint?: string): SeccompError {
    const { path, value } = this;
    const what = path === "" ? "" : `: ${path} ${shown(value)}`;
    return new SeccompError(
      "ERR_SECCOMP_PROFILE",
      `invalid seccomp profile${what}: ${expected}`,
      { path, ...(hint !== undefined && { hint }) },
    );
  }

  #members(): Readonly<Record<string, unknown>> {
    const { value } = this;
    if (typeof value !== "object" || value === null || Array.isArray(value))
      throw this.fail("expected an object");
    return value as Record<string, unknown>;
  }
}

function shown(value: unknown): string {
  if (typeof value === "string") return `'${value}'`;
  if (typeof value !== "object" || value === null) return String(value);
  return Array.isArray(value) ? "(an array)" : "(an object)";
}
