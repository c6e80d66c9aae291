// Writes dist/main.cache: what V8 compiled of the program in a run of `minibox run -- true`. Whether that container could be
// made, where this is built, does not matter: what was not compiled then is compiled when it is used.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { programScript, runProgram } from "./src/script.ts";

const directory = join(import.meta.dirname, "dist");
const script = programScript(directory);
process.argv.splice(2, Infinity, "run", "--", "true");
process.once("exit", () => {
  writeFileSync(join(directory, "main.cache"), script.createCachedData());
  process.exitCode = 0;
});
runProgram(script, directory);
