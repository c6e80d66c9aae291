import { expect, test } from "vitest";
import { exampleIn, matchesOutput } from "@ns/release-dry";

const readme = `# Title

\`\`\`sh
npm i @ns/thing
\`\`\`

\`\`\`ts
import { thing } from "@ns/thing";
console.log(thing());
\`\`\`

It prints:

\`\`\`text
thing 1
\`\`\`

\`\`\`ts
second();
\`\`\`
`;

test("the first ts block is the example, and the text block after it its output", () => {
  expect(exampleIn(readme)).toEqual({
    fileName: "example.ts",
    source: 'import { thing } from "@ns/thing";\nconsole.log(thing());\n',
    output: "thing 1\n",
  });
});

test("an example need not show its output", () => {
  expect(exampleIn("```js\none();\n```\n\n```ts\ntwo();\n```\n")).toEqual({
    fileName: "example.mjs",
    source: "one();\n",
    output: undefined,
  });
});

test("a README may have no example", () => {
  expect(exampleIn("# Title\n\n```sh\nls\n```\n")).toBeUndefined();
});

test.each([
  ["pid 4711\n", "pid …\n", true],
  ["pid 4711\n", "pid … of 5\n", false],
  ["a\nb\nc\n", "a\n…\nc\n", true],
  ["a\nc\n", "a\n…\nc\n", true],
  ["a\nb\n", "a\n", false],
  ["a.b\n", "a.b", true],
  ["aXb\n", "a.b", false],
])("the output %j against %j: %s", (actual, expected, matches) => {
  expect(matchesOutput(actual, expected)).toBe(matches);
});
