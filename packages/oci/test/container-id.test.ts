import { program, requires, root, run } from "@ns/testkit";
import fc from "fast-check";
import { expect, test } from "vitest";
import { checkContainerId } from "../src/index.ts";
import { errorOf } from "./internal/error-of.ts";

const good = [
  "a",
  "0",
  "_",
  "+",
  "-",
  "a.b",
  "A-1_2+3.4",
  "a..b",
  "x".repeat(255),
];
const bad = [
  "",
  ".",
  "..",
  ".a",
  "a/b",
  "../a",
  "a:b",
  "a b",
  "a\n",
  "\na",
  "ä",
  "a\0",
  "x".repeat(256),
  "a%2f",
];

test.each(good)("%j is an id", (id) => {
  expect(errorOf(() => checkContainerId(id))).toBeUndefined();
});

test.each(bad)("%j is none", (id) => {
  expect(errorOf(() => checkContainerId(id))?.code).toBe(
    "ERR_INVALID_CONTAINER_ID",
  );
});

test("an id is the name of one directory, whatever it is", () => {
  const text = fc.oneof(
    fc.string(),
    fc.string({
      unit: fc.constantFrom("a", ".", "/", "_", "+", "-", "\\", "\n", " "),
    }),
  );
  fc.assert(
    fc.property(text, (id) => {
      if (errorOf(() => checkContainerId(id)) !== undefined) return;
      expect(id).toMatch(/^[\w+.-]{1,255}$/);
      expect(new URL(id, "file:///state/").pathname).toBe(`/state/${id}`);
    }),
  );
});

test("runc takes each id that is taken here, and none that is not but for a dot at its beginning", async (context) => {
  requires(context, root, program("runc"));
  for (const id of [...good, ...bad].filter(
    (each) => !/\0|^\.a|x{256}/.test(each) && each !== "",
  )) {
    const { stderr } = await run("runc", ["state", "--", id]);
    expect({ id, invalid: stderr.includes("invalid container ID") }).toEqual({
      id,
      invalid: bad.includes(id),
    });
  }
});
