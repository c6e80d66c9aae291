import { type GenericIssue, safeParse } from "valibot";
import { describe, formatPath, type Problem } from "../problem.ts";
import { type Schema, TEXT } from "./words.ts";

/**
 * What of a value is not as its schema has it: nothing, if it is a T. The first thing only if not `all`, so that a long
 * document does not cost much more memory than its own.
 */
export function findProblems<T>(
  schema: Schema<T>,
  value: unknown,
  all: boolean,
): readonly Problem[] {
  const { issues } = safeParse(schema, value, { abortEarly: !all });
  return issues?.map(problemOf) ?? [];
}

function problemOf(issue: GenericIssue): Problem {
  const keys = (issue.path ?? []).map(({ key }) =>
    typeof key === "number" ? key : String(key),
  );
  const { input } = issue;
  const isText = issue.message === "a string" && typeof input === "string";
  const expected = isText ? TEXT : issue.message;
  const hint = hintFor(expected, input);
  return {
    path: formatPath(keys),
    reason: `expected ${expected}, found ${describe(input)}`,
    ...(hint !== undefined && { hint }),
  };
}

function hintFor(expected: string, input: unknown): string | undefined {
  if (input === null) return "leave it out instead of null";
  if (expected.startsWith("an array") && typeof input !== "object")
    return input === undefined ? undefined : "put it in brackets";
  if (expected === "a string" && typeof input === "number")
    return "put it in quotes";
  if (expected.startsWith("an integer")) return integerHint(expected, input);
  if (expected.startsWith("true") && (input === "true" || input === "false"))
    return "leave the quotes out";
  if (expected.startsWith("a version") && typeof input === "string")
    return "this is written after another specification, or is no semantic version as 1.3.0";
  if (expected.startsWith("one of") && typeof input === "string")
    return suggestion(expected, input);
  return undefined;
}

function integerHint(expected: string, input: unknown): string | undefined {
  if (typeof input === "string")
    return /^-?\d+$/.test(input) ? "leave the quotes out" : undefined;
  if (input === 0xffffffff && expected.endsWith("4294967294"))
    return "4294967295 is no id: it means none to the kernel";
  if (typeof input === "number" && Math.abs(input) > Number.MAX_SAFE_INTEGER)
    return "write it in digits, without an exponent or a fraction";
  return undefined;
}

/** The shortest of the known words that has these letters in their order, or the other way round. */
function suggestion(expected: string, input: string): string | undefined {
  if (input.length < 2 || input.length > 60) return undefined;
  const given = input.toLowerCase();
  const found = [...expected.matchAll(/"([^"]+)"/g)]
    .map(([, word = ""]) => word)
    .filter((word) => {
      const known = word.toLowerCase();
      return isWithin(given, known) || isWithin(known, given);
    })
    .toSorted((a, b) => a.length - b.length)[0];
  return found === undefined ? undefined : `did you mean "${found}"?`;
}

function isWithin(letters: string, word: string): boolean {
  let at = 0;
  for (const letter of word) if (letter === letters[at]) at++;
  return at === letters.length;
}
