import { describe, expect, test } from "vitest";
import { planRun } from "../src/index.ts";
import { layoutRoot } from "../src/plan/root-layout.ts";
import { fakeHost, type Tree } from "./internal/fake-host.ts";

const TREE: Tree = {
  "/bin": { link: "usr/bin" },
  "/dev": "directory",
  "/etc": "directory",
  "/etc/hosts": "file",
  "/etc/ssl": "directory",
  "/home": "directory",
  "/home/me": "directory",
  "/proc": "directory",
  "/root": { secret: true },
  "/run": "directory",
  "/socket": "other",
  "/swapfile": "file",
  "/sys": "directory",
  "/usr": "directory",
};

const KERNEL = [
  "/proc proc",
  "/sys sysfs",
  "/sys/fs/cgroup cgroup2",
  "/dev devtmpfs",
  "/dev/pts devpts",
];

/** `PATH kind`, `-> target` of links, `mounted` of mount points. */
function layout(
  mounts: readonly string[],
  facts: Parameters<typeof fakeHost>[2] = {},
): string[] {
  return layoutRoot(fakeHost(TREE, [...KERNEL, ...mounts], facts)).map(
    ({ path, kind, isMountPoint, entry }) =>
      `${path} ${kind}${entry.target === undefined ? "" : ` -> ${entry.target}`}${isMountPoint ? " mounted" : ""}`,
  );
}

describe("as root, there is an overlay over the root and one over each file system in it", () => {
  test.each<[string, readonly string[], readonly string[]]>([
    ["nothing else mounted", [], ["/ overlay"]],
    ["a file system", ["/home ext4"], ["/ overlay", "/home overlay mounted"]],
    [
      "one in another, whatever their order in mountinfo",
      ["/home/me ext4", "/home ext4"],
      ["/ overlay", "/home overlay mounted", "/home/me overlay mounted"],
    ],
    [
      "a file mounted on a file",
      ["/etc/hosts ext4"],
      ["/ overlay", "/etc/hosts file mounted"],
    ],
    [
      "one on top of another",
      ["/run tmpfs", "/run tmpfs"],
      ["/ overlay", "/run overlay mounted"],
    ],
    [
      "a kernel's file system outside of /proc, /sys and /dev",
      ["/run nsfs", "/run/x tmpfs"],
      ["/ overlay"],
    ],
    [
      "one that is covered, and no longer there",
      ["/run/gone tmpfs", "/run tmpfs"],
      ["/ overlay", "/run overlay mounted"],
    ],
    ["one on a socket", ["/socket tmpfs"], ["/ overlay"]],
    ["one below /dev", ["/dev/shm tmpfs"], ["/ overlay"]],
  ])("%s", (_, mounts, expected) => {
    expect(layout(mounts)).toEqual(expected);
  });
});

describe("as an ordinary user, there is an overlay over each directory with nothing mounted below", () => {
  const facts = { euid: 1000, egid: 1000, privileged: false };
  const PLAIN = [
    "/bin symlink -> usr/bin",
    "/etc overlay",
    "/home overlay",
    "/root empty",
    "/run overlay",
    "/swapfile file",
    "/usr overlay",
  ];

  test.each<[string, readonly string[], readonly string[]]>([
    ["nothing else mounted", [], []],
    ["a file system", ["/run tmpfs"], ["/run overlay mounted"]],
    [
      "one below",
      ["/home/me ext4"],
      ["/home directory", "/home/me overlay mounted"],
    ],
    [
      "one in another",
      ["/home ext4", "/home/me ext4"],
      ["/home directory mounted", "/home/me overlay mounted"],
    ],
    [
      "a file mounted on a file",
      ["/etc/hosts ext4"],
      ["/etc directory", "/etc/hosts file mounted", "/etc/ssl overlay"],
    ],
    ["a kernel's file system", ["/run debugfs"], ["/run empty mounted"]],
  ])("%s", (_, mounts, changed) => {
    const paths = changed.map((line) => line.split(" ")[0]);
    const expected = [
      ...PLAIN.filter((line) => !paths.includes(line.split(" ")[0])),
      ...changed,
    ];
    expect(layout(mounts, facts).sort()).toEqual(expected.sort());
  });

  test("parents come before children", () => {
    const paths = layout(["/home/me ext4", "/etc/hosts ext4"], facts).map(
      (line) => line.split(" ")[0] ?? "",
    );
    for (const [i, path] of paths.entries()) {
      expect(
        paths.slice(0, i).some((other) => other.startsWith(`${path}/`)),
      ).toBe(false);
    }
  });
});

test.each([true, false])(
  "the options of a mount that forbid something are kept (privileged: %s)",
  (privileged) => {
    const host = fakeHost(TREE, [...KERNEL, "/home ext4 rw,nosuid,noexec"], {
      privileged,
    });
    const mount = planRun({ command: ["true"], name: "x" }, host).find(
      ({ name, args }) => name === "mount" && args[1] === "/sys/root/home",
    );
    // MS_NOSUID | MS_NODEV | MS_NOEXEC
    expect(mount?.args[3]).toBe(0x2 | 0x4 | 0x8);
  },
);

test("the same options on the same machine are the same plan, to the last argument", () => {
  const plan = (): string => {
    const host = fakeHost(TREE, [...KERNEL, "/home ext4", "/etc/hosts ext4"], {
      privileged: false,
      euid: 5,
      egid: 6,
    });
    return JSON.stringify(
      planRun({ command: ["true"], name: "x" }, host),
      (_, value: unknown) =>
        typeof value === "bigint" ? String(value) : value,
    );
  };
  expect(plan()).toBe(plan());
});

test("a directory with a thousand files and something mounted in it fits in a plan", () => {
  const files = Object.fromEntries(
    Array.from({ length: 1000 }, (_, i) => [`/usr/${i}`, "file" as const]),
  );
  const host = fakeHost({ ...TREE, ...files }, [...KERNEL, "/usr/7 ext4"], {
    privileged: false,
    euid: 5,
    egid: 6,
  });
  const made = planRun({ command: ["true"] }, host).filter(
    ({ name }) => name === "mknodat",
  );
  expect(made.length).toBeGreaterThanOrEqual(1000);
});

test.each([
  ["/home/me", "/home/me"],
  ["below one that may not be listed, and so is empty inside", "/root/there"],
])(
  "the command works where the caller does, if that is inside: %s",
  (_, cwd) => {
    const host = fakeHost({ ...TREE, "/root/there": "directory" }, KERNEL, {
      privileged: false,
      euid: 5,
      egid: 6,
      cwd,
    });
    const chdirs = planRun({ command: ["true"] }, host).filter(
      ({ name }) => name === "chdir",
    );
    expect(chdirs.at(-1)?.args).toEqual([cwd === "/home/me" ? cwd : "/"]);
  },
);
