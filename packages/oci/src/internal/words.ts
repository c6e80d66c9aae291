// The words that schemas are made of: valibot's, with the checks that a config.json needs. Each says what it expects in
// the terms of the document, as its message.
import {
  array,
  custom,
  type GenericSchema,
  type InferOutput,
  lazy,
  object,
  type ObjectIssue,
  optional,
  pipe,
  rawCheck,
  safeParse,
} from "valibot";
import type { Int64, Uint64 } from "../int64.ts";
import type { Same } from "./same.ts";

/** What a value has to be to be a T. */
export type Schema<T> = GenericSchema<T>;

type Entries = Readonly<Record<string, GenericSchema>>;
type Output<E extends Entries> = { [K in keyof E]: InferOutput<E[K]> };

/** What is said of text that is not for the kernel, where a C string ends and no half of a character exists. */
export const TEXT = "a string without NUL bytes and lone surrogates";

export const text: Schema<string> = /* #__PURE__ */ custom<string>(
  isText,
  "a string",
);
export const flag: Schema<boolean> = /* #__PURE__ */ custom<boolean>(
  (value) => typeof value === "boolean",
  "true or false",
);
/** 2^32-1 is no id to the kernel; see setresuid(2). */
export const id: Schema<number> = /* #__PURE__ */ integer(0, 0xfffffffe);
export const uint16: Schema<number> = /* #__PURE__ */ integer(0, 0xffff);
export const uint32: Schema<number> = /* #__PURE__ */ integer(0, 0xffffffff);
export const int32: Schema<number> = /* #__PURE__ */ integer(
  -0x80000000,
  0x7fffffff,
);
export const int64: Schema<Int64> = /* #__PURE__ */ wideInteger(
  -0x8000000000000000n,
  0x7fffffffffffffffn,
);
export const uint64: Schema<Uint64> = /* #__PURE__ */ wideInteger(
  0n,
  0xffffffffffffffffn,
);
/** Most of a configuration are texts in arrays: valibot's own `array` takes twice as long for them. */
export const texts: Schema<string[]> = /* #__PURE__ */ pipe(
  /* #__PURE__ */ custom<string[]>(Array.isArray, "an array"),
  /* #__PURE__ */ rawCheck(({ dataset, config, addIssue }) => {
    if (!dataset.typed) return;
    const input: unknown[] = dataset.value;
    for (let key = 0; key < input.length; key++) {
      const value = input[key];
      if (isText(value)) continue;
      const item = {
        type: "array",
        origin: "value",
        input,
        key,
        value,
      } as const;
      addIssue({ message: "a string", path: [item], input: value });
      if (config.abortEarly === true) return;
    }
  }),
);

export function integer(min: number, max: number): Schema<number> {
  return custom<number>(
    (value) => Number.isInteger(value) && isWithin(value, min, max),
    `an integer from ${min} to ${max}`,
  );
}

/** A number as long as it is exact. */
function wideInteger(min: bigint, max: bigint): Schema<Int64> {
  return custom<Int64>(
    (value) =>
      (typeof value === "bigint" || Number.isSafeInteger(value)) &&
      isWithin(value, min, max),
    `an integer from ${min} to ${max}`,
  );
}

export function oneOf<const T extends string>(values: readonly T[]): Schema<T> {
  const known: readonly unknown[] = values;
  return custom<T>(
    (value) => known.includes(value),
    values.length === 1
      ? JSON.stringify(values[0])
      : `one of ${values.map((each) => JSON.stringify(each)).join(", ")}`,
  );
}

export function list<T>(item: Schema<T>): Schema<T[]> {
  return array(item, "an array");
}

/** An object with these members; others may be there. */
export function members<R extends Entries, O extends Entries>(
  required: R,
  optionals: O,
): Schema<Output<R> & Partial<Output<O>>> {
  const entries: Record<string, GenericSchema> = { ...required };
  for (const key in optionals) {
    const schema = optionals[key];
    if (schema !== undefined) entries[key] = optional(schema);
  }
  // An array is an object for valibot, and with all members optional it would do.
  const schema: GenericSchema = pipe(
    custom(isRecord, "an object"),
    object(entries, (issue) => messageForMissing(required, issue)),
  );
  // What the entries are is in the parameters, and lost in the loop above.
  return schema as Schema<Output<R> & Partial<Output<O>>>;
}

/** An object with any members, all of the same kind. valibot's own leaves out those that are named `constructor`. */
export function mapOf<T>(value: Schema<T>): Schema<Record<string, T>> {
  return pipe(
    custom<Record<string, T>>(isRecord, "an object"),
    rawCheck(({ dataset, config, addIssue }) => {
      if (!dataset.typed) return;
      const input = dataset.value;
      for (const [key, each] of Object.entries(input)) {
        if (config.abortEarly === true && dataset.issues !== undefined) return;
        const origin = { type: "object", input, key, value: each } as const;
        if (!isText(key))
          addIssue({
            message: `${TEXT} for a name`,
            path: [{ ...origin, origin: "key" }],
            input: key,
          });
        for (const issue of safeParse(value, each).issues ?? [])
          addIssue({
            message: issue.message,
            path: [{ ...origin, origin: "value" }, ...(issue.path ?? [])],
            input: issue.input,
          });
      }
    }),
  );
}

/** A part that is not put together until a document has it. */
export function when<T>(schema: () => Schema<T>): Schema<T> {
  return lazy(schema);
}

/** The same value at each call, made at the first. */
export function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}

/** Takes what makes the schema of a T; if one of them has a member that the other has not, an argument is missing. */
type SchemaOf<T> = <S>(
  make: () => Schema<S>,
  ...difference: Same<S, T> extends true
    ? []
    : ["the schema and the type have not the same members"]
) => () => Schema<T>;

/** The schema of a type that is written down elsewhere, made when it is first used. */
export function schemaOf<T>(): SchemaOf<T> {
  // S and T are the same but for `readonly`, which is what the argument list is for
  const remember: unknown = once;
  return remember as SchemaOf<T>;
}

function isText(value: unknown): value is string {
  return (
    typeof value === "string" && !value.includes("\0") && value.isWellFormed()
  );
}

function isRecord(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isWithin(
  value: unknown,
  min: number | bigint,
  max: number | bigint,
): boolean {
  const integer = value as number | bigint; // what the callers have found it to be
  return integer >= min && integer <= max;
}

/** The object is one, so a member is missing: what it should be is what is expected. */
function messageForMissing(required: Entries, issue: ObjectIssue): string {
  const schema = required[issue.expected.slice(1, -1)];
  if (schema !== undefined && "message" in schema)
    if (typeof schema.message === "string") return schema.message;
  return "a value";
}
