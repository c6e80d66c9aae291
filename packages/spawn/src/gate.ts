import {
  captureInts,
  close,
  exitGroup,
  OpenFlags,
  pipe2,
  read,
  type Register,
  register,
  step,
  write,
} from "@ns/syscalls";
import type { Program } from "./program.ts";

/** A pipe that keeps the child from going on before its ids are mapped. */
export interface Gate {
  readonly read: Register;
  readonly write: Register;
}

export function makeGate(program: Program): Gate {
  const gate = { read: register("gate"), write: register("gate's other end") };
  const ends = captureInts(gate.read, gate.write);
  program.call(
    step(pipe2(ends, OpenFlags.CLOEXEC), { why: "a gate for the child" }),
  );
  return gate;
}

/** Lets the child go on. */
export function openGate(program: Program, gate: Gate): void {
  program.call(step(write(gate.write, "."), { why: "let the process go on" }));
}

/** Waits, in the child, until the gate opens; ends there if it never will. */
export function waitAtGate(program: Program, gate: Gate): void {
  const opened = register("opened");
  const go = program.label();
  program.call(close(gate.write));
  program.call(
    step(read(gate.read, new Uint8Array(1), 1), {
      into: opened,
      why: "wait until the ids are mapped",
    }),
  );
  program.jumpIf(opened, "not-equal", 0, go);
  // End of file: the first stage failed and has said why, or was killed.
  program.call(exitGroup(1));
  program.place(go);
  program.call(close(gate.read));
}
