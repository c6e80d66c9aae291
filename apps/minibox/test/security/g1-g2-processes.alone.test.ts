import { readFileSync } from "node:fs";
import { join } from "node:path";
import { program, requires, root, temporaryDirectory } from "@ns/testkit";
import { describe, expect, test } from "vitest";
import { ask, library } from "./internal/ask-library.ts";

interface Call {
  readonly pid: string;
  readonly text: string;
}

/** Calls about processes and namespaces, of a Node that runs a container, and the ids of its own threads. */
async function traced(): Promise<{
  readonly calls: Call[];
  readonly own: Set<string>;
}> {
  const file = join(temporaryDirectory("ns-test-trace-"), "trace");
  const words = [
    "strace",
    "-f",
    "-qq",
    "-e",
    "trace=%process,unshare,setns,prctl",
    "-o",
    file,
  ];
  await ask([...words, ...library("run", "true")]);
  const calls = readFileSync(file, "utf8")
    .split("\n")
    .map((line) => /^(\d+) +(.*)$/.exec(line))
    .filter((match) => match !== null)
    .map(([, pid = "", text = ""]) => ({ pid, text }));
  const own = new Set([calls[0]?.pid ?? ""]);
  for (const { pid, text } of calls) {
    const made = /CLONE_THREAD.* = (\d+)$/.exec(text)?.[1] ?? resumed(text);
    if (own.has(pid) && made !== undefined) own.add(made);
  }
  return { calls, own };
}

/** The thread that a call has made whose end is on a line of its own. */
function resumed(text: string): string | undefined {
  return /^<\.\.\. clone3? resumed>.*parent_tid=\[(\d+)\]/.exec(text)?.[1];
}

describe("a Node that runs a container", () => {
  test(
    "G1: makes no process but one that executes a program at once, without a copy of its memory",
    { timeout: 90_000 },
    async (context) => {
      requires(context, root, program("strace"));
      const { calls, own } = await traced();
      const making = calls.filter(
        ({ pid, text }) => own.has(pid) && /^(?:clone3?|v?fork)\(/.test(text),
      );
      const processes = making.filter(
        ({ text }) => !text.includes("CLONE_THREAD"),
      );
      expect(processes.length).toBeGreaterThan(0);
      for (const { text } of processes) {
        expect(text).toContain("CLONE_VM");
        expect(text).toContain("CLONE_VFORK");
      }
    },
  );

  test(
    "G2: enters no namespace itself: what does has one thread",
    { timeout: 90_000 },
    async (context) => {
      requires(context, root, program("strace"));
      const { calls, own } = await traced();
      const others = calls.filter(({ pid }) => !own.has(pid));
      const entering = /^(?:unshare|setns)\(/;
      expect(
        calls.filter(({ pid, text }) => own.has(pid) && entering.test(text)),
      ).toEqual([]);
      // it is there, and never makes a thread
      expect(
        others.filter(({ text }) => /^clone3\(.*CLONE_NEWNS/.test(text)),
      ).toHaveLength(1);
      expect(
        others.filter(({ text }) => text.includes("CLONE_THREAD")),
      ).toEqual([]);
    },
  );
});
