// Slide 19 · Helper functions: makeCmd, which every program from here on uses
import { spawn, type Child, type SpawnOptions } from "@ns/spawn";

/** Attaches stdin, stdout, stderr to a child. */
export function makeCmd(
  file: string,
  args: readonly string[] = [],
  options: SpawnOptions = {},
): Child {
  return spawn(file, args, { stdio: "inherit", ...options });
}

if (import.meta.main) {
  await makeCmd("/bin/echo", ["echo", "has", "our", "stdout"]).exited;
}
