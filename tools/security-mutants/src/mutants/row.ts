import type { Mutant } from "../mutants.ts";
import type { Edit } from "../mutate.ts";

const TESTS = "apps/minibox/test/security";

/** A mutant whose test is a file of minibox's, that makes cgroups and so runs alone. */
export function row(
  id: string,
  protection: string,
  test: string,
  ...edits: readonly (readonly [
    file: string,
    text: string,
    replacement: string,
  ])[]
): Mutant {
  return {
    ...{ id, protection, project: "alone" },
    test: `${TESTS}/${test}.alone.test.ts`,
    edits: edits.map(([file, text, replacement]): Edit => ({
      file,
      text,
      replacement,
    })),
  };
}
