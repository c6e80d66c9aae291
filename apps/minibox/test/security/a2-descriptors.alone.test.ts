import { readdirSync, readlinkSync, statSync } from "node:fs";
import { requires } from "@ns/testkit";
import { describe, expect, test } from "vitest";
import { Bundle, type Draft, uniqueId } from "../internal/bundle.ts";
import {
  CALLERS,
  programOf,
  requiresCaller,
  runAs,
} from "../internal/callers.ts";
import { addProbe, NEEDS, probePath } from "./internal/probe.ts";

/** A parent that has fifty descriptors of the host's open, and none of them marked close-on-exec. */
const LEAKING = [probePath(), "leak", "50", "--"];

const ENGINES = [
  { engine: "the executable", words: LEAKING },
  { engine: "Node", words: ["env", "MINIBOX_RUNTIME=node", ...LEAKING] },
] as const;

function runsProbe({ process }: Draft): void {
  if (process !== undefined) process.args = ["probe", "fds"];
}

const numbers = (text: string): number[] =>
  text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => parseInt(line));

describe.each(ENGINES)("from a parent that leaks, by $engine", ({ words }) => {
  test("A2: a created container holds its stdio and its FIFO, and nothing else", async (context) => {
    requires(context, ...NEEDS);
    const bundle = addProbe(new Bundle()).configure("", runsProbe);
    const id = uniqueId();
    expect(await bundle.through(words, "create", id)).toMatchObject({
      code: 0,
    });
    const state = await bundle.minibox("state", id);
    const { pid } = JSON.parse(state.stdout) as { pid: number };
    const directory = `/proc/${pid}/fd`;
    const links = readdirSync(directory).map((fd) =>
      readlinkSync(`${directory}/${fd}`).replace(/-\d+$/, ""),
    );
    expect(links.sort()).toEqual(
      [
        "/dev/null",
        `${bundle.directory}/err`,
        `${bundle.directory}/out`,
        `${bundle.state}/${id}/exec.fifo`,
      ].sort(),
    );
    for (const fd of readdirSync(directory))
      expect(statSync(`${directory}/${fd}`).isDirectory()).toBe(false);
  });

  test("A2: a program has 0, 1 and 2, and those that are to be preserved", async (context) => {
    requires(context, ...NEEDS);
    const bundle = addProbe(new Bundle()).configure("", runsProbe);
    const own = await bundle.through(words, "run", uniqueId());
    expect(numbers(own.stdout)).toEqual([0, 1, 2]);
    expect(own.stdout).not.toContain("directory");
    const preserving = [
      ...words.slice(0, -LEAKING.length),
      ...["bash", "-c", 'exec "$@" 3</dev/zero 4</dev/full 5</ 77</', "bash"],
    ];
    const kept = await bundle.through(
      preserving,
      ...["run", "--preserve-fds", "2", uniqueId()],
    );
    expect(numbers(kept.stdout)).toEqual([0, 1, 2, 3, 4]);
    expect(kept.stdout).toContain("3 /dev/zero file\n4 /dev/full file\n");
  });

  test("A2: a process that is executed in a container has 0, 1 and 2", async (context) => {
    requires(context, ...NEEDS);
    const bundle = addProbe(new Bundle()).configure("sleep 100");
    const id = uniqueId();
    await bundle.minibox("run", "--detach", id);
    const { stdout } = await bundle.through(words, "exec", id, "probe", "fds");
    expect(numbers(stdout)).toEqual([0, 1, 2]);
    expect(stdout).not.toContain("directory");
  });
});

describe.each(ENGINES)("in a sandbox, by $engine", ({ words }) => {
  test.for(CALLERS)(
    "A2: a command of $who has 0, 1 and 2",
    async (caller, context) => {
      requiresCaller(context, caller, ...NEEDS.slice(1));
      const [file = "", ...args] = words;
      const { stdout } = await runAs(caller, file, [
        ...[...args, programOf(caller), "run", "--"],
        ...[probePath(), "fds"],
      ]);
      expect(numbers(stdout)).toEqual([0, 1, 2]);
      expect(stdout).not.toContain("directory");
    },
  );
});
