import { addInside } from "./inside.ts";
import { addOutside } from "./outside.ts";
import { Program } from "./program.ts";
import type { Request } from "./request.ts";

/** The program that makes what `request` asks for: first stage, second stage, execve. Pure. */
export function buildProgram(request: Request): Program {
  const program = new Program();
  addOutside(program, request);
  addInside(program, request);
  return program;
}
