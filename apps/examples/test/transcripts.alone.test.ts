import { readFileSync } from "node:fs";
import { hostname } from "node:os";
import { diffHostState, hostState, program, requires, root } from "@ns/testkit";
import { describe, expect, test } from "vitest";
import { readExamples, type Example } from "../src/catalogue.ts";
import {
  matchesTranscript,
  readmePath,
  transcriptsIn,
} from "../src/transcripts.ts";
import { people } from "./people.ts";

const transcripts = transcriptsIn(readFileSync(readmePath, "utf8"));
const before = { name: hostname(), state: hostState() };

describe.each(people)("as user $uid", ({ uid, needs, node }) => {
  test.for(readExamples())(
    "$number $name: the transcript is the README's",
    async (example, context) => {
      requires(context, ...needs, program("busybox"), program("ip"));
      const { stdout } = await node(["src/start.ts", example.name, "--demo"]);
      const expected = uid === 0 ? asRoot(example) : withoutRoot(example);
      expect(stdout).toSatisfy(
        (actual: string) => matchesTranscript(actual, expected),
        expected,
      );
    },
  );
});

test("nothing that an example does survives it", (context) => {
  requires(context, root);
  expect(hostname()).toBe(before.name);
  // what somebody else has ended or removed meanwhile is nobody's concern here
  const left = diffHostState(before.state, hostState()).filter(
    (line) => !/^- (?:process|temporary file)/.test(line),
  );
  expect(left).toEqual([]);
});

/** What the README says that root sees. */
function asRoot({ slides }: Example): string {
  return (
    transcripts.find(({ wanted }) => slides.includes(Number(wanted)))?.text ??
    ""
  );
}

/** The same, after a word on why it is not root who sees it; or that word alone. */
function withoutRoot(example: Example): string {
  if (example.name === "cgroup") return "this needs root: …\n…\n";
  const callsSudo = readFileSync(example.file, "utf8").includes("await sudo()");
  return `${callsSudo ? "(this needs root: …)\n" : ""}${asRoot(example)}`;
}
