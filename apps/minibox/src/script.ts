import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { constants, Script } from "node:vm";

/**
 * The bundled program, which is ASCII, as V8's compiler sees it. With `cachedData` it compiles nothing: the code comes from the build.
 * Another version of Node rejects the data and compiles as usual.
 */
export function programScript(directory: string, cachedData?: Buffer): Script {
  const filename = join(directory, "main.cjs");
  const source = `(function (exports, require, module, __filename, __dirname) {${readFileSync(filename, "latin1")}\n})`;
  return new Script(source, {
    filename,
    importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
    ...(cachedData !== undefined && { cachedData }),
  });
}

/** Runs the program, as Node runs a CommonJS module. */
export function runProgram(script: Script, directory: string): void {
  const filename = join(directory, "main.cjs");
  const module = { exports: {} };
  const main = script.runInThisContext() as (...args: unknown[]) => void;
  main(module.exports, createRequire(filename), module, filename, directory);
}
