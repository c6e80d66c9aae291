import {
  chdir,
  type Captures,
  errnoNumber,
  getcwd,
  register,
  step,
} from "@ns/syscalls";
import type { Program } from "./program.ts";

const PATH_MAX = 4096;
/** How getcwd(2) begins where the root directory does not show the working directory: "(unreachable)". */
const UNREACHABLE = Buffer.from("(unreach").readBigUInt64LE();

/**
 * Changes the working directory, and refuses one that lies outside of the root directory: by a magic link
 * (`/proc/self/fd/7`), or a symbolic link to one, a descriptor would lead out of a container (CVE-2024-21626).
 */
export function enterWorkingDirectory(program: Program, path: string): void {
  const start = register("the working directory");
  const captures: Captures = {
    kind: "captures",
    size: PATH_MAX,
    captures: [{ register: start, at: 0, width: 8 }],
  };
  const why = "the working directory";
  program.call(step(chdir(path), { why }));
  program.call(step(getcwd(captures), { why: "it has to be inside" }));
  const inside = program.label();
  program.jumpIf(start, "not-equal", UNREACHABLE, inside);
  const outside = register("outside");
  program.set(outside, errnoNumber("ENOENT"));
  program.fail(
    outside,
    step(chdir(path), { why: `${why} lies outside of the root directory` }),
  );
  program.place(inside);
}
