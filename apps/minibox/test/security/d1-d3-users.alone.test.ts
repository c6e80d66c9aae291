import { execFileSync } from "node:child_process";
import {
  mkdirSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { requires, run } from "@ns/testkit";
import fc from "fast-check";
import { expect, test } from "vitest";
import { parseUserSpec } from "../../src/oci/user-spec.ts";
import { Bundle, type Draft, uniqueId } from "../internal/bundle.ts";
import { minibox, programOf, ROOT } from "../internal/callers.ts";
import { NEEDS } from "./internal/probe.ts";

const SHOW = "grep Cap /proc/self/status | cut -f2 | tr '\\n' ' '";

/** CAP_CHOWN, CAP_KILL, CAP_SETPCAP: what the container may have; permitted and effective it has CAP_KILL. */
const BOUNDING = ["CAP_CHOWN", "CAP_KILL", "CAP_SETPCAP"];

function withCapabilities({ process }: Draft): void {
  if (process !== undefined)
    process.capabilities = {
      ...{ bounding: BOUNDING, permitted: ["CAP_KILL"] },
      ...{ effective: ["CAP_KILL"] },
    };
}

const zero = "0".repeat(16);
const mask = (bits: number): string => bits.toString(16).padStart(16, "0");
/** Inheritable, permitted, effective, bounding, ambient. */
const setsWith = (own: number): string =>
  [zero, mask(own), mask(own), mask(0x121), zero].join(" ");
const AS_ROOT = setsWith(0x20);
const AS_USER = setsWith(0);

test.for([
  ["root", 0, AS_ROOT],
  ["a user", 1000, AS_USER],
] as const)(
  "D1: the sets of %s are the configuration's, none is inheritable or ambient: run",
  async ([, uid, expected], context) => {
    requires(context, ...NEEDS);
    const bundle = new Bundle().configure(SHOW, (config) => {
      withCapabilities(config);
      if (config.process !== undefined) config.process.user = { uid, gid: uid };
    });
    const { stdout } = await bundle.minibox("run", uniqueId());
    expect(stdout.trim()).toBe(expected);
  },
);

const EXECS = [
  { title: "exec", flags: [], expected: AS_ROOT },
  { title: "exec --user", flags: ["--user", "1000"], expected: AS_USER },
  {
    title: "exec --cap",
    flags: ["--cap", "CAP_CHOWN"],
    expected: setsWith(0x21),
  },
  {
    title: "exec --cap --user",
    flags: ["--cap", "CAP_CHOWN", "--user", "1000"],
    expected: AS_USER,
  },
] as const;

test.for(EXECS)(
  "D1: the sets of what is executed later are the container's: $title",
  async ({ flags, expected }, context) => {
    requires(context, ...NEEDS);
    const bundle = new Bundle().configure("sleep 100", withCapabilities);
    const id = uniqueId();
    await bundle.minibox("run", "--detach", id);
    const command = ["sh", "-c", SHOW];
    const { stdout } = await bundle.minibox("exec", ...flags, id, ...command);
    expect(stdout.trim()).toBe(expected);
    const words = [
      ...[programOf(ROOT), "--root", bundle.state, "exec", "--tty"],
      ...[...flags, id, "sh", "-c", SHOW.replaceAll("'", '"')],
    ];
    const onTerminal = await run("script", [
      ...["-qec", words.map((word) => `'${word}'`).join(" "), "/dev/null"],
    ]);
    expect(onTerminal.stdout).toContain(expected);
  },
);

test.for(["CAP_SYS_ADMIN", "CAP_NET_RAW"])(
  "D1: exec gives no process %s, which the container does not have",
  async (name, context) => {
    requires(context, ...NEEDS);
    const bundle = new Bundle().configure("sleep 100", withCapabilities);
    const id = uniqueId();
    await bundle.minibox("run", "--detach", id);
    const { code, stdout } = await bundle.minibox(
      ...["exec", "--cap", name, id, "echo", "ran"],
    );
    expect({ code, stdout }).toEqual({ code: 255, stdout: "" });
  },
);

const NO_USERS = [
  ...["1000abc", "", ":", "0x3e8", "-1", "4294967296", "4294967295"],
  ...[" 1000", "1000 ", "1e3", "1:", ":1", "1:2:3", "+1", "1.0", "root\n"],
  ...["00000000001", "1000:4294967295", "1000:x", "٣"],
];

test("D2: a user that is no number is an error, and never root", () => {
  for (const text of NO_USERS)
    expect(() => parseUserSpec(text)).toThrow("invalid user");
  expect(parseUserSpec("2147483648")).toEqual({ uid: 2147483648 });
  expect(parseUserSpec("0:7")).toEqual({ uid: 0, gid: 7 });
  const text = fc.string({
    unit: fc.constantFrom(...Array.from("0123456789:+-x. e")),
  });
  fc.assert(
    fc.property(text, (each) => {
      const isOne = /^\d{1,10}(:\d{1,10})?$/.test(each);
      let uid: number | undefined;
      try {
        ({ uid } = parseUserSpec(each));
      } catch {
        // refused
      }
      const first = Number(each.split(":")[0]);
      expect(uid === undefined || (isOne && uid === first)).toBe(true);
    }),
  );
});

test("D2: so says exec, and runs nothing", async (context) => {
  requires(context, ...NEEDS);
  const bundle = new Bundle().configure("sleep 100");
  const id = uniqueId();
  await bundle.minibox("run", "--detach", id);
  for (const user of NO_USERS) {
    const { code, stdout } = await bundle.minibox(
      ...["exec", "--user", user, id, "id", "-u"],
    );
    expect({ user, code, stdout }).toEqual({ user, code: 255, stdout: "" });
  }
});

test("D2: and a sandbox", async (context) => {
  requires(context, ...NEEDS);
  for (const user of NO_USERS.filter((each) => each !== "00000000001")) {
    const { code, stdout } = await minibox(ROOT, [
      ...["run", "-u", user, "--", "id", "-u"],
    ]);
    expect({ user, code, stdout }).toEqual({ user, code: 125, stdout: "" });
  }
});

test("D2: an id of a configuration beyond the highest is an error", async (context) => {
  requires(context, ...NEEDS);
  for (const uid of [4294967295, 4294967296, -1]) {
    const bundle = new Bundle().configure("id -u", ({ process }) => {
      if (process !== undefined) process.user = { uid, gid: 0 };
    });
    const { code, stdout } = await bundle.minibox("run", uniqueId());
    expect({ uid, code, stdout }).toEqual({ uid, code: 1, stdout: "" });
  }
});

const FILES: readonly (readonly [string, (path: string) => void])[] = [
  ["a FIFO", (path) => void execFileSync("mkfifo", [path])],
  ["/dev/zero", (path) => void execFileSync("mknod", [path, "c", "1", "5"])],
  [
    "a GiB",
    (path) => {
      writeFileSync(path, "");
      truncateSync(path, 2 ** 30);
    },
  ],
  [
    "a directory",
    (path) => {
      mkdirSync(path);
    },
  ],
];

test.for(FILES)(
  "D3: %s for /etc/passwd and /etc/group is refused at once",
  async ([, make], context) => {
    requires(context, ...NEEDS);
    const bundle = new Bundle().configure("true", ({ process }) => {
      if (process?.env !== undefined) process.env = [];
    });
    for (const name of ["passwd", "group"])
      make(join(bundle.rootfs, "etc", name));
    const started = performance.now();
    const created = await bundle.minibox("run", uniqueId());
    expect(created).toMatchObject({ code: 1 });
    expect(created.stderr).toContain("cannot read /etc/passwd");
    const sandbox = await minibox(ROOT, [
      ...["run", "--rootfs", bundle.rootfs, "-u", "name", "--", "/bin/true"],
    ]);
    expect(sandbox).toMatchObject({ code: 125 });
    expect(sandbox.stderr).toContain("cannot read /etc/");
    // with nothing to wait for or to read
    expect(performance.now() - started).toBeLessThan(10_000);
  },
);

test.for(["/home/passwd", "../../../../home/passwd", "/../home/passwd"])(
  "D3: a link for /etc/passwd leads no further than the root: %s",
  async (target, context) => {
    requires(context, ...NEEDS);
    const bundle = new Bundle();
    // the host's has another user of that name
    const text = "root:x:0:0::/from-the-image:/bin/sh\n";
    mkdirSync(join(bundle.rootfs, "home"));
    writeFileSync(join(bundle.rootfs, "home/passwd"), text);
    rmSync(join(bundle.rootfs, "etc/passwd"), { force: true });
    symlinkSync(target, join(bundle.rootfs, "etc/passwd"));
    bundle.configure("echo $HOME");
    const { stdout } = await bundle.minibox("run", uniqueId());
    expect(stdout).toBe("/from-the-image\n");
  },
);

test("D3: nor does one whose text is the host's", async (context) => {
  requires(context, ...NEEDS);
  const bundle = new Bundle().configure("echo $HOME");
  const outside = join(bundle.directory, "passwd");
  writeFileSync(outside, "root:x:0:0::/from-the-host:/bin/sh\n");
  symlinkSync(outside, join(bundle.rootfs, "etc/passwd"));
  const { stdout } = await bundle.minibox("run", uniqueId());
  expect(stdout).not.toContain("from-the-host");
});
