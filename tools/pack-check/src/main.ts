import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pack, publicPackages } from "./pack.ts";
import { problemsOf } from "./problems.ts";

// One line for each public package; exit status 1 when one of them could not be published as it is.
const directory = mkdtempSync(join(tmpdir(), "pack-check-"));
try {
  for (const each of publicPackages()) {
    const problems = await problemsOf(await pack(each, directory));
    console.log(
      problems.length === 0 ? `ok    ${each.name}` : `FAIL  ${each.name}`,
    );
    for (const problem of problems)
      console.log(`      ${problem.replaceAll("\n", "\n      ")}`);
    if (problems.length > 0) process.exitCode = 1;
  }
} finally {
  rmSync(directory, { recursive: true });
}
