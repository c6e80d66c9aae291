import type { Mutant } from "../mutants.ts";
import { row } from "./row.ts";

const SPAWN = "packages/spawn/src";

/** D: privileges. */
export const privileges: readonly Mutant[] = [
  row("D1a", "the inheritable set is the configuration's", "d1-d3-users", [
    `${SPAWN}/capabilities.ts`,
    "inheritable: maskOf(inheritable),",
    "inheritable: maskOf([...inheritable, ...permitted]),",
  ]),
  row("D1b", "the bounding set is the configuration's", "d1-d3-users", [
    `${SPAWN}/capabilities.ts`,
    "if (kept.includes(capability)) continue;",
    "if (kept.length > 0) continue;",
  ]),
  row("D1c", "exec gives no more than the container has", "d1-d3-users", [
    "apps/minibox/src/oci/exec.ts",
    "  checkBounds(process, init.pid);",
    "  void checkBounds;",
  ]),
  row("D2a", "a user is all of a text, or none", "d1-d3-users", [
    "apps/minibox/src/oci/user-spec.ts",
    "/^(\\d{1,10})(?::(\\d{1,10}))?$/",
    "/^(\\d{1,10})(?::(\\d{1,10}))?/",
  ]),
  row("D2b", "ids have a highest", "d1-d3-users", [
    "apps/minibox/src/oci/user-spec.ts",
    "ids.some((id) => id > MAX_ID)",
    "ids.some((id) => id < -MAX_ID)",
  ]),
  row("D3a", "users are read from regular files only", "d1-d3-users", [
    "packages/idmap/src/internal/root-file.ts",
    'if (!stats.isFile()) throw refuse(path, "it is not a regular file");',
    "",
  ]),
  row(
    "D3b",
    "and from no more than a MiB",
    "d1-d3-users",
    [
      "packages/idmap/src/internal/root-file.ts",
      "if (stats.size > MAX_BYTES) throw tooLarge(path);",
      "",
    ],
    [
      "packages/idmap/src/internal/root-file.ts",
      "if (length > MAX_BYTES) throw tooLarge(path);",
      "if (length > MAX_BYTES) return bytes.toString();",
    ],
  ),
  row("D3c", "and below the root", "d1-d3-users", [
    "packages/idmap/src/internal/root-file.ts",
    "const resolve = ResolveFlags.IN_ROOT | ResolveFlags.NO_MAGICLINKS;",
    "const resolve = ResolveFlags.NO_MAGICLINKS;",
  ]),
  row("D4a", "a filter comes last", "d4-d6-order", [
    `${SPAWN}/inside.ts`,
    "return seccomp !== undefined && noNewPrivileges !== true;",
    "return seccomp !== undefined || noNewPrivileges === undefined;",
  ]),
  row(
    "D4b",
    "or, without no_new_privs, before capabilities are given up",
    "d4-d6-order",
    [
      `${SPAWN}/inside.ts`,
      "return seccomp !== undefined && noNewPrivileges !== true;",
      "return seccomp !== undefined && noNewPrivileges === undefined;",
    ],
    [
      `${SPAWN}/inside.ts`,
      "  if (noNewPrivileges !== true) return;",
      "  if (noNewPrivileges !== true) {\n    if (filter !== undefined) installFilter(program, request, filter);\n    return;\n  }",
    ],
  ),
  row("D5a", "a sandbox has a filter", "d5-sandbox-filter", [
    "apps/minibox/src/plan/container.ts",
    "run.seccomp ?? defaultFilter(currentArch())",
    'run.seccomp ?? "unconfined"',
  ]),
  row(
    "D5b",
    "clone3, whose flags no filter sees, is not there",
    "d5-sandbox-filter",
    [
      "apps/minibox/src/plan/default-filter.ts",
      'return { filter: Buffer.from(filters[arch], "base64") };',
      `const filter = Buffer.from(filters[arch], "base64");
  // ENOSYS
  for (let at = 0; at < filter.length; at += 8)
    if (filter.readUInt32LE(at + 4) === 0x00050026)
      filter.writeUInt32LE(0x7fff0000, at + 4);
  return { filter };`,
    ],
  ),
  row(
    "D6",
    "the signal of the parent's death is armed again after the credential change",
    "d4-d6-order",
    [
      `${SPAWN}/inside.ts`,
      "  armParentDeath(program, options.pdeathsig);\n  program.report(",
      "  program.report(",
    ],
  ),
];
