import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** A piece of a source, and what stands in its place once the protection is gone. */
export interface Edit {
  /** From the root of the checkout. */
  readonly file: string;
  /** As it is in the file, once. */
  readonly text: string;
  readonly replacement: string;
}

/**
 * The source with the edit made.
 * @throws {Error} unless the text is there exactly once: then the table is out of date.
 */
export function mutated(
  source: string,
  { file, text, replacement }: Edit,
): string {
  const times = source.split(text).length - 1;
  if (times !== 1)
    throw new Error(
      `${file}: expected once, found ${times} times: ${JSON.stringify(text)}`,
    );
  // not as a pattern of String.replace
  return source.split(text).join(replacement);
}

/** Makes the edits in a checkout; disposing of the result puts everything back. */
export function mutate(checkout: string, edits: readonly Edit[]): Disposable {
  const before = new Map<string, string>();
  const after = new Map<string, string>();
  for (const edit of edits) {
    const path = join(checkout, edit.file);
    const source = after.get(path) ?? readFileSync(path, "utf8");
    if (!before.has(path)) before.set(path, source);
    after.set(path, mutated(source, edit));
  }
  for (const [path, source] of after) writeFileSync(path, source);
  return {
    [Symbol.dispose]: () => {
      for (const [path, source] of before) writeFileSync(path, source);
    },
  };
}
