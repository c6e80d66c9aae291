import type { Mutant } from "../mutants.ts";
import { CLOSED_TWICE } from "./handles.ts";
import { row } from "./row.ts";

const LAUNCH = "packages/spawn/src/launch.ts";
const BIN = "apps/minibox/bin/minibox";

/** Before the launch, in the caller. */
const inCaller = (
  statement: string,
): readonly [file: string, text: string, replacement: string] => [
  LAUNCH,
  "  const { order, kept } = dupOrder(fds, program);",
  `  ${statement}\n  const { order, kept } = dupOrder(fds, program);`,
];

const FORK =
  'if (libc("int fork()")() === 0) libc("void _exit(int status)")(0);';

/** G: what only a runtime in Node needs. */
export const node: readonly Mutant[] = [
  row(
    "G1",
    "a process is made by posix_spawn, and not by fork",
    "g1-g2-processes",
    inCaller(FORK),
  ),
  row(
    "G2",
    "no namespace is entered by the caller",
    "g1-g2-processes",
    // UTS
    inCaller('libc("int unshare(int flags)")(0x04000000);'),
  ),
  row("G3a", "errno is read at once", "g-node", [
    "packages/syscalls/src/raw.ts",
    "  return result === -1 ? -errno() : result;",
    `  if (result !== -1) return result;
  libc("int close(int fd)")(-1);
  return -errno();`,
  ]),
  row("G3b", "and so is that of a call on the pool", "g-node", [
    "packages/syscalls/src/libc.ts",
    "if (error === null) resolve({ result, errno: errno() });",
    "if (error === null) setImmediate(() => resolve({ result, errno: errno() }));",
  ]),
  row("G4", "the native stage has no environment", "g-node", [
    LAUNCH,
    "...[pointers(argv), pointers([])],",
    '...[pointers(argv), pointers(Object.entries(process.env).map((each) => each.join("=")))],',
  ]),
  row("G5a", "NODE_OPTIONS is the command's", "g-node", [
    BIN,
    "  unset NODE_OPTIONS\n",
    "",
  ]),
  row("G5b", "BUN_OPTIONS is not the executable's", "g-node", [
    BIN,
    "  unset BUN_BE_BUN BUN_OPTIONS\n",
    "",
  ]),
  row("G5c", "OPENSSL_CONF is not read", "g-node", [
    BIN,
    " --openssl-config=/dev/null",
    "",
  ]),
  row("G6", "descriptors that leaked are closed", "g-node", ...CLOSED_TWICE),
  row("G7a", "signals are set to their defaults", "g-node", [
    LAUNCH,
    "const SPAWN_FLAGS = 0x04 | 0x08;",
    "const SPAWN_FLAGS = 0;",
  ]),
  row("G7b", "children are waited for one by one", "g-node", [
    "packages/spawn/src/reaper.ts",
    "        WaitIdTypes.PID,\n        pid,",
    "        WaitIdTypes.ALL,\n        0,",
  ]),
  row(
    "G8",
    "a start does not copy the page tables of the heap",
    "g-node",
    inCaller(FORK),
  ),
];
