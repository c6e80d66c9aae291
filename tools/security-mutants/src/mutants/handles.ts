import type { Mutant } from "../mutants.ts";
import { row } from "./row.ts";

const SPAWN = "packages/spawn/src";

/** What leaked into minibox is closed before the native stage's first step, and again before the command. */
export const CLOSED_TWICE = [
  [
    "packages/spawn/native/nsinit.c",
    "if (syscall6(SYS_CLOSE_RANGE, fd, ~0u, 0, 0, 0, 0) < 0)",
    "",
  ],
  [
    `${SPAWN}/inside.ts`,
    "if (!isFilteredEarly(options)) closePrivate(program, request);",
    "",
  ],
  [
    `${SPAWN}/hold.ts`,
    "step(closeRange(statusFd(request)), {",
    "step(closeRange(statusFd(request), statusFd(request) + 1), {",
  ],
] as const;

/** A: handles that cross the boundary. */
export const handles: readonly Mutant[] = [
  row("A1", "the native stage is a sealed memory file", "a1-runtime-binary", [
    `${SPAWN}/nsinit.ts`,
    "invoke(fcntl(fd, FcntlCommands.ADD_SEALS, SEALS));",
    "void [fcntl, FcntlCommands, invoke, SEALS];",
  ]),
  row(
    "A2",
    "descriptors that leaked are closed",
    "a2-descriptors",
    ...CLOSED_TWICE,
  ),
  row(
    "A3",
    "getcwd(2) is asked whether the working directory is inside",
    "a3-a4-paths-by-descriptor",
    [
      `${SPAWN}/working-directory.ts`,
      'program.jumpIf(start, "not-equal", UNREACHABLE, inside);',
      "program.jump(inside);",
    ],
  ),
  row(
    "A4",
    "descriptors are closed before execve, and not by it",
    "a3-a4-paths-by-descriptor",
    ...CLOSED_TWICE,
  ),
  row("A5", "the caller's copies are closed after the launch", "a5-a6-caller", [
    `${SPAWN}/spawn.ts`,
    "opened.childs.push(programFd);",
    "",
  ]),
  row("A6a", "a sandbox has a session of its own", "a5-a6-caller", [
    "apps/minibox/src/plan/container.ts",
    "setsid: true,",
    "setsid: false,",
  ]),
  row("A6b", "a container has a session of its own", "a5-a6-caller", [
    "apps/minibox/src/plan/oci/process.ts",
    "setsid: true,",
    "setsid: false,",
  ]),
];
