import type { Mutant } from "../mutants.ts";
import { row } from "./row.ts";

const SPAWN = "packages/spawn/src";
const OCI = "apps/minibox/src/oci";

/** E: data and identity. */
export const data: readonly Mutant[] = [
  row("E1", "no length is narrowed to 16 bits", "e1-e4-data", [
    `${SPAWN}/image.ts`,
    "words[at / 4 + 1] = to;",
    "words[at / 4 + 1] = to & 0xffff;",
  ]),
  row("E2a", "an id is one name", "e1-e4-data", [
    `${OCI}/store.ts`,
    "    checkContainerId(id);",
    "    void checkContainerId;",
  ]),
  row("E2b", "the state is its owner's alone", "e1-e4-data", [
    `${OCI}/store.ts`,
    "mkdirSync(directory, { mode: 0o700 });",
    "mkdirSync(directory, { mode: 0o755 });",
  ]),
  row("E2c", "and is kept nowhere else", "e1-e4-data", [
    `${OCI}/store.ts`,
    "    checkTrusted(this.root);\n    try {",
    "    try {",
  ]),
  row("E2d", "what is there is not another's", "e2-state", [
    `${OCI}/store.ts`,
    "    checkTrusted(this.root);\n    return this.#find(id);",
    "    return this.#find(id);",
  ]),
  row("E2e", "nobody else exchanges it", "e2-state", [
    `${OCI}/trusted-path.ts`,
    "parent === path ? undefined : find(parent, true, links);",
    "undefined;",
  ]),
  row("E2f", "nor where a link on the way leads", "e2-state", [
    `${OCI}/trusted-path.ts`,
    "  const target = resolve(realpathSync(parent), readlinkSync(path));\n  return find(target, isWay, links - 1);",
    "  void [resolve, realpathSync, readlinkSync];\n  return undefined;",
  ]),
  row("E2g", "or adds to it", "e2-state", [
    `${OCI}/trusted-path.ts`,
    "const keeps = isWay && ",
    "const keeps = ",
  ]),
  row("E3", "no annotation chooses what is executed", "e1-e4-data", [
    `${OCI}/spawn-held.ts`,
    "    const child = spawn(plan.file, plan.args, {",
    '    const child = spawn(config.annotations?.["run.oci.handler"] ?? plan.file, plan.args, {',
  ]),
  row("E4", "a hook has the environment it is given", "e1-e4-data", [
    `${OCI}/hooks.ts`,
    "      env: Object.fromEntries(",
    "      env: env.length === 0 ? process.env : Object.fromEntries(",
  ]),
  row(
    "E5a",
    "a step that fails is the end",
    "e5-faults",
    [
      `${SPAWN}/inside.ts`,
      'step(setgroups(groups), { why: "supplementary groups" })',
      'step(setgroups(groups), { why: "supplementary groups", ignore: "any" })',
    ],
    [
      `${SPAWN}/inside.ts`,
      "if (!isFilteredEarly(request.options)) readBackPrivileges(program, request);",
      "void readBackPrivileges;",
    ],
  ),
  row("E5b", "ids, groups and capabilities are read back", "e5-faults", [
    `${SPAWN}/inside.ts`,
    "if (!isFilteredEarly(request.options)) readBackPrivileges(program, request);",
    "void readBackPrivileges;",
  ]),
  row("E5c", "no_new_privs is read back", "e5-faults", [
    `${SPAWN}/inside.ts`,
    "  readBackNoNewPrivileges(program);",
    "  void readBackNoNewPrivileges;",
  ]),
  row("E5d", "the bounding set is read back", "e5-faults", [
    `${SPAWN}/inside.ts`,
    "    readBackBoundingSet(program, bounding, request.lastCapability);",
    "    void readBackBoundingSet;",
  ]),
  row("E5e", "the filter is asked whether it is in force", "e5-faults", [
    `${SPAWN}/install-filter.ts`,
    "  if (answers) readBackFilter(program);",
    "  void readBackFilter;",
  ]),
  row(
    "E5f",
    "it, and not any filter",
    "e5-faults",
    [`${SPAWN}/read-back.ts`, "    -errnoNumber(ANSWER),", "    2,"],
    [
      `${SPAWN}/filter-answer.ts`,
      "const question = QUESTION.high * 0x1_0000_0000 + QUESTION.low;",
      "const question = 0;",
    ],
  ),
  row("E5g", "the cgroups that a container is in are read back", "e5-faults", [
    `${OCI}/create.ts`,
    "    if (!hasEarlyHooks(config)) confirm(pid);",
    "    void confirm;",
  ]),
  row("E5h", "or asked for, if a filter forbids to read", "e5-faults", [
    `${OCI}/create.ts`,
    "    if (isFilteredEarly(config))\n",
    "    void isFilteredEarly;\n    if (false as boolean)\n",
  ]),
  row(
    "E6",
    "a process is known by its pid and when it was started",
    "e6-recycled-pids",
    [
      `${OCI}/process-stat.ts`,
      "stat !== undefined && !stat.isZombie && stat.startTime === startTime",
      "stat !== undefined && !stat.isZombie && startTime !== undefined",
    ],
  ),
];
