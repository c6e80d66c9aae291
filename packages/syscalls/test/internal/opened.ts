import { closeSync } from "node:fs";
import { afterEach } from "vitest";
import {
  invoke,
  type Register,
  type Registers,
  type Syscall,
} from "../../src/index.ts";

const open = new Set<number>();

afterEach(() => {
  for (const fd of open) closeSync(fd);
  open.clear();
});

/** Performs a call that makes a descriptor, which is closed after the test. */
export function opened(call: Syscall): number {
  return closedLater(invoke(call));
}

/** The descriptor in a register, which is closed after the test. */
export function openedIn(registers: Registers, register: Register): number {
  const fd = registers.get(register);
  if (fd === undefined) throw new Error(`no descriptor in '${register.name}'`);
  return closedLater(fd);
}

/** Has a descriptor closed after the test. */
export function closedLater(fd: number): number {
  open.add(fd);
  return fd;
}
