import { data } from "./mutants/data.ts";
import { handles } from "./mutants/handles.ts";
import { kernelFiles } from "./mutants/kernel-files.ts";
import { node } from "./mutants/node.ts";
import { paths } from "./mutants/paths.ts";
import { privileges } from "./mutants/privileges.ts";
import type { Edit } from "./mutate.ts";

/** A protection, and the test that fails without it. */
export interface Mutant {
  /** The invariant's; with a letter where it has more than one protection. */
  readonly id: string;
  /** What is taken out. */
  readonly protection: string;
  readonly edits: readonly Edit[];
  /** The file of the test, whose name begins with the id. */
  readonly test: string;
  /** Of vitest.config.ts. */
  readonly project: "alone" | "together" | "minibox on Node";
}

/** Every invariant that applies, in the order of their ids. */
export const mutants: readonly Mutant[] = [
  ...[...handles, ...paths, ...kernelFiles],
  ...[...privileges, ...data, ...node],
];
