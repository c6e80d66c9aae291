// What `node dist/minibox.cjs` runs: the program, with the code that V8 made of it at build time.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { programScript, runProgram } from "./script.ts";

runProgram(programScript(__dirname, readCache()), __dirname);

function readCache(): Buffer | undefined {
  try {
    return readFileSync(join(__dirname, "main.cache"));
  } catch {
    // ENOENT: it was not made. The program runs all the same.
    return undefined;
  }
}
