import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import {
  CALLERS,
  minibox,
  programOf,
  requiresCaller,
  ROOT,
} from "./internal/callers.ts";

describe.each(CALLERS)("run by $who ends with", (caller) => {
  test.each([
    [0, ["true"], /^$/],
    [7, ["sh", "-c", "exit 7"], /^$/],
    [137, ["sh", "-c", 'sh -c "kill -9 \\$\\$"; exit $?'], /^Killed\n$/],
    [127, ["nowhere"], /^minibox: command 'nowhere' not found in PATH\n$/],
    [
      127,
      ["/nowhere/command"],
      /^minibox: command '\/nowhere\/command' not found\n$/,
    ],
    [
      126,
      ["/etc/passwd"],
      /^minibox: command '\/etc\/passwd' cannot be executed: EACCES: permission denied\nhint: .+\n$/,
    ],
    [
      126,
      ["/etc"],
      /^minibox: command '\/etc' cannot be executed: EACCES: permission denied\nhint: .+\n$/,
    ],
  ])(
    "%i for %j",
    async (status, command, message) => {
      const { code, stdout, stderr } = await minibox(caller, [
        "run",
        "--",
        ...command,
      ]);
      expect({ code, stdout }).toEqual({ code: status, stdout: "" });
      expect(stderr).toMatch(message);
    },
    30_000,
  );

  test("137 when the command itself was killed", async (context) => {
    requiresCaller(context, caller);
    const child = spawn("setpriv", [
      "--reuid",
      String(caller.uid),
      "--regid",
      String(caller.uid),
      "--clear-groups",
      programOf(caller),
      "run",
      "--",
      "sleep",
      "100",
    ]);
    const status = new Promise((resolve) => child.once("close", resolve));
    const sleepOf = (): string => {
      // whichever of its threads made it
      const tasks = `/proc/${child.pid ?? 0}/task`;
      const children = readdirSync(tasks)
        .map((task) => readFileSync(`${tasks}/${task}/children`, "utf8").trim())
        .join("");
      return children !== "" &&
        readFileSync(`/proc/${children}/comm`, "utf8").trim() === "sleep"
        ? children
        : "";
    };
    await expect.poll(sleepOf, { timeout: 5000 }).not.toBe("");
    process.kill(Number(sleepOf()), "SIGKILL");
    expect(await status).toBe(137);
  });
});

const BAD: readonly (readonly [string, readonly string[], RegExp])[] = [
  [
    "no command",
    [],
    /^minibox: no command to run\nhint: minibox run \[OPTIONS\]/,
  ],
  ["no command after --", ["--"], /^minibox: no command to run/],
  [
    "an unknown option",
    ["--nope", "true"],
    /^minibox: unknown option '--nope'\nhint: minibox run --help/,
  ],
  ["an unknown short option", ["-z", "true"], /^minibox: unknown option '-z'/],
  [
    "an option without its value",
    ["--name"],
    /^minibox: option '--name <value>' argument missing/,
  ],
  [
    "a value for an option that takes none",
    ["--read-only=yes", "true"],
    /^minibox: option '--read-only' does not take an argument/,
  ],
  [
    "a volume without destination",
    ["-v", "/tmp", "true"],
    /^minibox: invalid volume '\/tmp': expected SRC:DST/,
  ],
  [
    "a volume with an unknown mode",
    ["-v", "/tmp:/x:rx", "true"],
    /^minibox: invalid volume/,
  ],
  [
    "a volume with too many parts",
    ["-v", "/tmp:/x:ro:z", "true"],
    /^minibox: invalid volume/,
  ],
  [
    "a volume that is not there",
    ["-v", "/nowhere:/x", "true"],
    /^minibox: no volume source '\/nowhere': expected a file or directory/,
  ],
  [
    "a volume at a relative place",
    ["-v", "/tmp:x", "true"],
    /^minibox: invalid volume destination 'x': expected an absolute path/,
  ],
  [
    "a volume at /",
    ["-v", "/tmp:/", "true"],
    /^minibox: invalid volume destination '\/'/,
  ],
  [
    "a volume that climbs",
    ["-v", "/tmp:/x/../..", "true"],
    /^minibox: invalid volume destination/,
  ],
  [
    "a relative working directory",
    ["-w", "x", "true"],
    /^minibox: invalid working directory 'x': expected an absolute path/,
  ],
  [
    "a working directory that is not there",
    ["-w", "/nowhere", "true"],
    /^minibox: ENOENT: .*chdir '\/nowhere' \(step \d+ of \d+: .*\)\nhint: -w sets/,
  ],
  [
    "a working directory that is a file",
    ["-w", "/etc/passwd", "true"],
    /^minibox: ENOTDIR: .*chdir '\/etc\/passwd'/,
  ],
  [
    "an unknown network",
    ["--net", "bridge", "true"],
    /^minibox: invalid network 'bridge': expected none or host/,
  ],
  [
    "a name with a slash",
    ["--name", "a/b", "true"],
    /^minibox: invalid name 'a\/b': expected letters/,
  ],
  [
    "a name that is a dot",
    ["--name", "..", "true"],
    /^minibox: invalid name '\.\.'/,
  ],
  ["an empty name", ["--name", "", "true"], /^minibox: invalid name ''/],
  [
    "a host name with a space",
    ["--hostname", "a b", "true"],
    /^minibox: invalid hostname 'a b'/,
  ],
  [
    "a host name of 65 letters",
    ["--hostname", "a".repeat(65), "true"],
    /^minibox: invalid hostname/,
  ],
  [
    "a variable without a name",
    ["-e", "=x", "true"],
    /^minibox: invalid variable '=x': expected NAME=VALUE/,
  ],
  [
    "a root that is not there",
    ["--rootfs", "/nowhere", "true"],
    /^minibox: no root file system at '\/nowhere': expected a directory/,
  ],
  [
    "a root that is a file",
    ["--rootfs", "/etc/passwd", "true"],
    /^minibox: no root file system at '\/etc\/passwd'/,
  ],
  [
    "the host's root",
    ["--rootfs", "/", "true"],
    /^minibox: invalid root file system '\/': it would be the host's own, read-write\nhint: /,
  ],
  [
    "the host's root by another name",
    ["--rootfs", "/proc/self/root", "true"],
    /^minibox: invalid root file system/,
  ],
  [
    "a terminal without one",
    ["-t", "true"],
    /^minibox: a terminal was asked for, and stdin is none\nhint: /,
  ],
  ...[
    "1000abc",
    "",
    ":",
    "0:",
    ":0",
    "0x3e8",
    "-1",
    "4294967295",
    "4294967296",
    " 1000",
    "1000 ",
    "1:2:3",
    "nobodyatall",
    "0:nogroupatall",
    "1e3",
    "1.0",
  ].map(
    (user) =>
      [
        `user '${user}'`,
        ["-u", user, "true"],
        /^minibox: (?:invalid user ["']|unknown (?:user|group) '|option '-u' argument is ambiguous\n)/,
      ] as const,
  ),
];

test.each(BAD)(
  "%s is refused with 125 and a word of why",
  async (_, args, message) => {
    const { code, stdout, stderr } = await minibox(ROOT, ["run", ...args]);
    expect({ code, stdout }).toEqual({ code: 125, stdout: "" });
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/^\s+at |node:internal/m);
  },
);

test("an unknown command of minibox is 125", async () => {
  const { code, stderr } = await minibox(ROOT, ["rnu"]);
  expect(code).toBe(125);
  expect(stderr).toBe(
    "minibox: unknown command 'rnu'\nhint: minibox help lists the commands; minibox run -- rnu runs it in a container\n",
  );
});
