import {
  closeSync,
  mkdtempSync,
  openSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inherited, invokeAll, read, step } from "@ns/syscalls";
import { expect, onTestFinished, test } from "vitest";
import { spawn } from "../src/index.ts";

/** A step that reads a file which holds `found`, and expects `wanted`. */
function reading(found: string, wanted: string) {
  const directory = mkdtempSync(join(tmpdir(), "expects-"));
  const path = join(directory, "file");
  writeFileSync(path, found);
  const fd = openSync(path, "r");
  onTestFinished(() => {
    closeSync(fd);
    rmSync(directory, { recursive: true });
  });
  const room = new Uint8Array((wanted.length + 3) & ~3);
  return step(read(inherited(fd, "file"), room, wanted.length), {
    expects: wanted,
  });
}

const CASES = [
  ["profile (enforce)", "profile", true],
  ["profile", "profile", true],
  ["profilf", "profile", false],
  ["xrofile", "profile", false],
  ["prof", "profile", false],
  ["", "p", false],
] as const;

test.each(CASES)(
  "of '%s' '%s' is read back: %s, in a child",
  async (found, wanted, is) => {
    const setup = [reading(found, wanted)];
    const child = spawn("true", [], { setup, stdio: "ignore" });
    const code = await child.exited.then(
      (exit) => exit.code,
      (error: unknown) => (error as { code: string }).code,
    );
    expect(code).toBe(is ? 0 : "EBADMSG");
  },
);

test.each(CASES)("of '%s' '%s' is read back: %s, here", (found, wanted, is) => {
  const steps = [reading(found, wanted)];
  let code: string | undefined;
  try {
    invokeAll(steps);
  } catch (error) {
    ({ code } = error as { code: string });
  }
  expect(code).toBe(is ? undefined : "EBADMSG");
});
