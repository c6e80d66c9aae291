import type { Mutant } from "../mutants.ts";
import { row } from "./row.ts";

const PLAN = "apps/minibox/src/plan/oci";

/** C: procfs, cgroupfs, sysctl. */
export const kernelFiles: readonly Mutant[] = [
  row("C1a", "nothing is mounted below /proc", "c1-c2-procfs", [
    `${PLAN}/mounts.ts`,
    "    checkBelowProc(mount, why);",
    "    void checkBelowProc;",
  ]),
  row(
    "C1b",
    "settings are written to a procfs that is mounted nowhere",
    "c1-c2-procfs",
    [
      `${PLAN}/kernel-settings.ts`,
      "openat2(directory, path, {",
      "openat2(AtFlags.FDCWD, `/proc/${path}`, {",
    ],
    [
      `${PLAN}/kernel-settings.ts`,
      `          ResolveFlags.BENEATH |
          ResolveFlags.NO_MAGICLINKS |
          ResolveFlags.NO_XDEV,`,
      "          ResolveFlags.NO_MAGICLINKS,",
    ],
    [
      `${PLAN}/kernel-settings.ts`,
      "import {\n  close,",
      "import {\n  AtFlags,\n  close,",
    ],
  ),
  row(
    "C2",
    "without pivot_root the host's mounts are let go of",
    "c1-c2-procfs",
    [
      `${PLAN}/container.ts`,
      "planMoveRoot(rootfs, { mounts: facts.mounts })",
      "planMoveRoot(rootfs, { mounts: [] })",
    ],
  ),
  row(
    "C3a",
    "cgroups are mounted as the configuration says: read-only",
    "c3-c4-cgroups",
    [
      `${PLAN}/cgroup-mount.ts`,
      "const attributes = attributesOfFlags(flags);",
      "const attributes = attributesOfFlags(flags) & ~MountAttrFlags.RDONLY;",
    ],
  ),
  row(
    "C3b",
    "others' cgroups are read-only, whatever the configuration says",
    "c3-c4-cgroups",
    [
      `${PLAN}/cgroup-mount.ts`,
      "own === undefined && facts.isRootless",
      "false",
    ],
  ),
  row(
    "C3c",
    "cgroups in a tree of the host's are read-only with it",
    "c3-c4-cgroups",
    [
      `${PLAN}/mounts.ts`,
      "const seal = showsOthersCgroups(request, facts)",
      "const seal = !showsOthersCgroups(request, facts)",
    ],
  ),
  row("C4a", "exec refuses '..' in the path of a cgroup", "c3-c4-cgroups", [
    "apps/minibox/src/oci/exec.ts",
    'parts.includes("..")',
    "parts.length < 0",
  ]),
  row("C4b", "no path of a cgroup has '..'", "c3-c4-cgroups", [
    "packages/cgroup/src/cgroup-path.ts",
    `if (component === "..") throw invalid(path, "expected no '..'");`,
    "",
  ]),
  row(
    "C5a",
    "a parameter is of a namespace of the container's",
    "c5-c7-settings",
    [
      "packages/oci/src/checks/sysctl.ts",
      "else if (!hasNamespace(linux, type))",
      'else if (!hasNamespace(linux, type) && type !== "network")',
    ],
  ),
  row(
    "C5b",
    "a value has nothing in it that lists are split at",
    "c5-c7-settings",
    [
      "packages/oci/src/checks/sysctl.ts",
      "if (SEPARATORS.test(value))",
      'if (SEPARATORS.test(""))',
    ],
  ),
  row("C5c", "and not of the host's, by its path", "c5-c7-settings", [
    `${PLAN}/kernel-settings.ts`,
    'if (path !== "" && isOwnNamespace(path))',
    'if (!isOwnNamespace("/") && path === "/")',
  ]),
  row("C6a", "all devices but those of a list are denied", "c5-c7-settings", [
    "packages/cgroup/src/device-rule.ts",
    '{ allow: false, type: "a", access: "rwm" },\n    ...rules,',
    '{ allow: true, type: "a", access: "rwm" },\n    ...rules,',
  ]),
  row("C6b", "also where there is no list", "c5-c7-settings", [
    "apps/minibox/src/oci/cgroup.ts",
    "return rootless ? limits : { devices: [], ...limits };",
    "return limits;",
  ]),
  row(
    "C7",
    "what was stopped to be killed goes on, however that ends",
    "c5-c7-settings",
    [
      "packages/cgroup/src/kill.ts",
      "  } finally {\n    thawCgroup(freezer);\n  }",
      "  } finally {\n    void freezer;\n  }\n  thawCgroup(freezer);",
    ],
  ),
];
