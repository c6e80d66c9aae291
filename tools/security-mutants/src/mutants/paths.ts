import type { Mutant } from "../mutants.ts";
import { row } from "./row.ts";

const PLAN = "apps/minibox/src/plan";

/** What is done at a path of the image is done as runtimes did it once: from outside, by names that are looked up. */
const FROM_OUTSIDE = [
  [
    `${PLAN}/oci/container.ts`,
    `      ...(way?.enter ??
        (noPivot
          ? planMoveRoot(rootfs, { mounts: facts.mounts })
          : enterStagedRoot(tree.mount))),
      ...planned.flatMap(({ attach }) => attach),
      ...(devices === undefined
        ? []
        : [
            ...makeDeviceFiles(devices, known),
            ...makeDeviceLinks(facts.hasKcore, known),
          ]),`,
    `      chdir(rootfs),
      ...planned.flatMap(({ attach }) => attach),
      ...(devices === undefined
        ? []
        : [
            ...makeDeviceFiles(devices, known),
            ...makeDeviceLinks(facts.hasKcore, known),
          ]),
      ...(way?.enter ??
        (noPivot
          ? planMoveRoot(rootfs, { mounts: facts.mounts })
          : enterStagedRoot(tree.mount))),`,
  ],
  [
    `${PLAN}/oci/container.ts`,
    "  AtFlags,\n  CloneFlags,",
    "  AtFlags,\n  chdir,\n  CloneFlags,",
  ],
  [
    `${PLAN}/oci/place.ts`,
    'return `/${parts.join("/")}`;',
    'return `./${parts.join("/")}`;',
  ],
  [
    `${PLAN}/oci/place.ts`,
    "resolve: IN_ROOT | resolve,",
    "resolve: resolve & ~IN_ROOT,",
  ],
] as const;

/** B: paths during set-up. */
export const paths: readonly Mutant[] = [
  row(
    "B1a",
    "nothing is attached before the root has changed, nor outside of it",
    "b1-exchanged-directories",
    ...FROM_OUTSIDE,
  ),
  row(
    "B1b",
    "a sandbox attaches volumes when the root has changed",
    "b1-exchanged-directories",
    [
      `${PLAN}/container.ts`,
      "    ...enterRoot(),\n",
      "    ...attachVolumes(volumes),\n    ...enterRoot(),\n",
    ],
    [
      `${PLAN}/container.ts`,
      "    ...attachVolumes(volumes),\n    ...maskPaths",
      "    ...maskPaths",
    ],
    [
      `${PLAN}/volumes.ts`,
      "        volume.destination,\n",
      "        `/sys/root${volume.destination}`,\n",
    ],
    [
      `${PLAN}/volumes.ts`,
      '        `/${directories.slice(0, i + 1).join("/")}`,',
      '        `/sys/root/${directories.slice(0, i + 1).join("/")}`,',
    ],
    [
      `${PLAN}/volumes.ts`,
      "step(mknodat(AtFlags.FDCWD, destination,",
      "step(mknodat(AtFlags.FDCWD, `/sys/root${destination}`,",
    ],
  ),
  row(
    "B1c",
    "paths inside are looked up by openat2, and by nothing else",
    "b1-exchanged-directories",
    [
      `${PLAN}/oci/place.ts`,
      `  return openat2(AtFlags.FDCWD, path, {
    flags: OpenFlags.CLOEXEC | flags,
    resolve: IN_ROOT | resolve,
  });`,
      `  void [IN_ROOT, resolve, openat2];
  return openat(AtFlags.FDCWD, path, OpenFlags.CLOEXEC | flags);`,
    ],
    [
      `${PLAN}/oci/place.ts`,
      "  openat2,\n  OpenFlags,",
      "  openat,\n  openat2,\n  OpenFlags,",
    ],
  ),
  row(
    "B2",
    "no link may lead to where a file system of the kernel's belongs",
    "b2-b5-links-in-images",
    [
      `${PLAN}/oci/mounts.ts`,
      'direct: type === "proc" || type === "sysfs",',
      "direct: false,",
    ],
  ),
  row(
    "B3",
    "devices and links are made when the root has changed",
    "b2-b5-links-in-images",
    ...FROM_OUTSIDE,
  ),
  row(
    "B4",
    "the console's place is made when the root has changed",
    "b2-b5-links-in-images",
    [
      `${PLAN}/oci/container.ts`,
      "      ...(process?.terminal === true ? makeConsole(known) : []),\n",
      "",
    ],
    [
      `${PLAN}/oci/container.ts`,
      "      ...covers.take,\n",
      `      ...covers.take,
    ...(process?.terminal === true
      ? [openat(AtFlags.FDCWD, \`\${facts.rootfs}/dev/console\`, 0o101, 0o600)]
      : []),\n`,
    ],
    [
      `${PLAN}/oci/container.ts`,
      "  mountSetattr,\n  setdomainname,",
      "  mountSetattr,\n  openat,\n  setdomainname,",
    ],
  ),
  row(
    "B5",
    "a device that was there is not given away",
    "b2-b5-links-in-images",
    [
      `${PLAN}/oci/device-files.ts`,
      '  return adjust.length === 0\n    ? [step(make, { why, ignore: ["EEXIST"] })]',
      '  return adjust.length >= 0\n    ? [step(make, { why, ignore: ["EEXIST"] }), ...adjust]',
    ],
  ),
  row(
    "B6",
    "what masks is taken from the host",
    "b6-b7-what-covers",
    [
      `${PLAN}/oci/container.ts`,
      "    untilHooks: [\n      ...covers.take,\n",
      "    untilHooks: [\n",
    ],
    [
      `${PLAN}/oci/container.ts`,
      "      ...coverPaths(covers),\n",
      "      ...covers.take,\n    ...coverPaths(covers),\n",
    ],
  ),
  row(
    "B7",
    "a terminal is opened by its master, and not by its name",
    "b6-b7-what-covers",
    [
      "packages/spawn/src/pty-steps.ts",
      "step(ioctl(master, IoctlRequests.TIOCGPTPEER, mode), {",
      'step(openat(AtFlags.FDCWD, "/dev/pts/0", mode), {',
    ],
  ),
];
