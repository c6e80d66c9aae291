import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { program, requires, type Requirement } from "@ns/testkit";

const absent: Requirement = {
  met: () => false,
  reason: "needs what nobody has",
};
const present: Requirement = { met: () => true, reason: "needs nothing" };

beforeEach(() => {
  vi.stubEnv("REQUIRE_ALL", "");
});
afterEach(() => {
  vi.unstubAllEnvs();
});

function attempt(...requirements: Requirement[]): string[] {
  const notes: string[] = [];
  const skip = (note?: unknown): never => {
    notes.push(String(note));
    return undefined as never;
  };
  requires({ skip }, ...requirements);
  return notes;
}

test("a test that has what it needs runs", () => {
  expect(attempt(present)).toEqual([]);
});

test("a test is skipped with the reason of the first thing missing", () => {
  expect(attempt(present, absent)).toEqual(["needs what nobody has"]);
});

test("REQUIRE_ALL=1 makes it a failure", () => {
  vi.stubEnv("REQUIRE_ALL", "1");
  expect(() => attempt(absent)).toThrow(
    "REQUIRE_ALL=1, but this test needs what nobody has",
  );
});

describe("a program", () => {
  test("names the Debian package that has it", () => {
    expect(program("bwrap").reason).toBe(
      "needs bwrap: apt-get install bubblewrap",
    );
  });

  test("must be listed, so that CI installs it", () => {
    expect(() => program("unheard-of")).toThrow(
      "program 'unheard-of' is not listed in debian-packages.json",
    );
  });
});
