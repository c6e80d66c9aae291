import { requires, run, unprivilegedUser } from "@ns/testkit";
import { expect, test } from "vitest";
import { type NamespaceListing, readNamespaces } from "../src/index.ts";
import { script } from "./internal/requirements.ts";
import { runFile, runFileAsUser, type Way } from "./internal/run-fixture.ts";

const tree = "src/ns-tree.ts";
const ended = { code: 0, signal: null, stderr: "" };
const ESCAPE = "\x1b[";

async function onTerminal(env: Way["env"]): Promise<string> {
  const { stdout } = await runFile(tree, {
    through: ["sh", "-c", 'exec script -qec "$*" /dev/null', "sh"],
    env: {
      TERM: "xterm-256color",
      // Node gives build servers no colours.
      CI: undefined,
      NO_COLOR: undefined,
      FORCE_COLOR: undefined,
      ...env,
    },
  });
  return stdout;
}

test("a machine is a tree of namespaces, without colour where no terminal is", async () => {
  const { stdout, ...end } = await runFile(tree);
  expect(end).toEqual(ended);
  const [heading, first] = stdout.split("\n");
  expect(heading?.split(/ +/)).toEqual([
    "NS",
    "TYPE",
    "NPROCS",
    "PID",
    "USER",
    "COMMAND",
  ]);
  expect(first).toMatch(/^\d+ +user +\d+ +\d+ \S+ +\S/);
  const net = String(readNamespaces().net?.inode);
  expect(stdout).toMatch(new RegExp(`^[├└]─${net} +net `, "m"));
  expect(stdout).not.toContain(ESCAPE);
});

test("on a terminal it has colours, unless NO_COLOR is set", async (context) => {
  requires(context, script);
  const net = String(readNamespaces().net?.inode);
  expect(await onTerminal({})).toContain(`${ESCAPE}36m${net} `);
  const plain = await onTerminal({ NO_COLOR: "1" });
  expect(plain).toContain(`─${net} `);
  expect(plain).not.toContain(ESCAPE);
});

test("a terminal's columns are where lines end", async (context) => {
  requires(context, script);
  const { stdout } = await runFile(tree, {
    through: [
      ...["sh", "-c", `exec script -qec "stty cols 30; $*" /dev/null`, "sh"],
    ],
    env: { NO_COLOR: "1" },
  });
  const lines = stdout.split("\r\n").filter((line) => /^(NS|[├└]─)/.test(line));
  expect(Math.max(...lines.map((line) => line.length))).toBe(30);
});

test("only the kinds asked for are shown", async () => {
  const { stdout } = await runFile(tree, { args: ["-t", "uts", "--type=ipc"] });
  const kinds = [...stdout.matchAll(/^\d{8,} +([a-z]+) /gm)].map(
    ([, kind]) => kind,
  );
  expect(new Set(kinds)).toEqual(new Set(["uts", "ipc"]));
});

test("as JSON it is the list", async () => {
  const { stdout, ...end } = await runFile(tree, { args: ["--json"] });
  expect(end).toEqual(ended);
  const { namespaces, unreadable } = JSON.parse(stdout) as NamespaceListing;
  expect(namespaces.length).toBeGreaterThanOrEqual(8);
  expect(unreadable).toBeInstanceOf(Array);
});

test("an ordinary user is told what could not be read", async (context) => {
  requires(context, unprivilegedUser);
  const { stdout, ...end } = await runFileAsUser(tree);
  expect(end).toEqual(ended);
  expect(stdout).toMatch(
    /^\d+ processes could not be read, whose namespaces may be missing above: 1\D/m,
  );
});

test.each([
  [["--type", "nothing"], "invalid --type 'nothing'"],
  [["--nothing"], "Unknown option '--nothing'"],
  [["42"], "Unexpected argument '42'"],
])("%j is refused, with how it is used", async (args, message) => {
  const { code, stdout, stderr } = await runFile(tree, { args });
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  expect(stderr).toContain(message);
  expect(stderr).toContain("Usage: ns-tree");
});

test("help is printed where it is asked for", async () => {
  const { stdout, ...end } = await runFile(tree, { args: ["--help"] });
  expect(end).toEqual(ended);
  expect(stdout).toMatch(/^Usage: ns-tree/);
});

test("a reader that goes away is no error", async () => {
  const { stdout, stderr } = await run("sh", [
    ...["-c", '"$0" "$1" --json | head -c 1; true'],
    ...[process.execPath, new URL(`../${tree}`, import.meta.url).pathname],
  ]);
  expect({ stdout, stderr }).toEqual({ stdout: "{", stderr: "" });
});
