import { type Mutant, mutants } from "./mutants.ts";
import { mutate } from "./mutate.ts";
import { rebuild } from "./rebuild.ts";
import { runTests, testsOf } from "./run-test.ts";
import { throwAwayCopy } from "./throw-away-copy.ts";

/*
 * Takes each protection out of a copy of the sources, builds that, and demands that the invariant's test fails; with ids
 * as arguments, these only. Before, the same tests have to pass. Exit status 1 when a test cannot tell the difference.
 */

/** A racer that meets no protection wins at once. */
process.env["NS_RACE_SECONDS"] ??= "3";

const asked = process.argv.slice(2);
const chosen = mutants.filter(({ id }) => asked.length === 0 || isAsked(id));
const unknown = asked.find((id) => !mutants.some((each) => each.id === id));
if (unknown !== undefined && !mutants.some(({ id }) => id.startsWith(unknown)))
  throw new RangeError(
    `no mutant '${unknown}': there are ${mutants.map(({ id }) => id).join(", ")}`,
  );

const checkout = throwAwayCopy();
const start = performance.now();
await checkUnchanged();
const wrong: string[] = [];
let stale: readonly string[] = [];
console.log("\nid | protection removed | test failed as it must");
console.log("-- | ------------------ | ----------------------");
for (const mutant of chosen) {
  const { verdict, ok } = await kill(mutant);
  if (!ok) wrong.push(mutant.id);
  console.log(`${mutant.id} | ${mutant.protection} | ${verdict}`);
}
console.log(
  `\n${chosen.length - wrong.length} of ${chosen.length} in ${((performance.now() - start) / 1000).toFixed(0)} s`,
);
if (wrong.length > 0) {
  console.error(`not noticed: ${wrong.join(", ")}`);
  process.exitCode = 1;
}

/** `A2` stands for `A2a` and `A2b`, too, and `A` for all of its section. */
function isAsked(id: string): boolean {
  const names = [id, id.replace(/[a-z]$/, ""), id.slice(0, 1)];
  return names.some((name) => asked.includes(name));
}

/** A test that fails anyway says nothing of a protection. */
async function checkUnchanged(): Promise<void> {
  for (const project of new Set(chosen.map((each) => each.project))) {
    const own = chosen.filter((each) => each.project === project);
    const files = new Set(own.map(({ test }) => test));
    const { passed, failed, says } = await runTests(
      checkout,
      [...files],
      project,
    );
    console.log(`unchanged, ${project}: ${passed} passed, ${failed} failed`);
    if (failed > 0 || passed === 0)
      throw new Error(`the tests fail without a mutation: ${says}`);
  }
}

async function kill(
  mutant: Mutant,
): Promise<{ readonly verdict: string; readonly ok: boolean }> {
  const edited = mutate(checkout, mutant.edits);
  const files = mutant.edits.map(({ file }) => file);
  try {
    rebuild(checkout, [...files, ...stale]);
    stale = files;
    const { failed, passed, says } = await runTests(
      checkout,
      testsOf(mutant),
      mutant.project,
    );
    if (failed > 0) return { verdict: `yes: ${says}`, ok: true };
    return { verdict: `NO: ${passed} passed; ${says}`, ok: false };
  } finally {
    edited[Symbol.dispose]();
  }
}
