import { chmodSync, chownSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  requires,
  root,
  UNPRIVILEGED_UID,
  unprivilegedUserNamespaces,
} from "@ns/testkit";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { runFixture } from "./run-fixture.ts";

/** How long each kind of implementation is raced, in seconds. */
const seconds = Number(process.env["NS_RACE_SECONDS"] ?? 10);
const timeout = (seconds + 60) * 1000;

interface Report {
  readonly leaks: readonly string[];
  readonly counts: Readonly<Record<string, number>>;
  readonly racer: { readonly exchanges: number; readonly restored: boolean };
}

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "race-"));
  chmodSync(directory, 0o755);
});
afterEach(() => {
  rmSync(directory, { recursive: true });
});

const race = async (
  its: string,
  operations: readonly string[],
  { forSeconds = seconds, uid }: { forSeconds?: number; uid?: number } = {},
): Promise<Report> => {
  const args = [directory, String(forSeconds), its, ...operations];
  const where = { timeoutMs: timeout, ...(uid !== undefined && { uid }) };
  return (await runFixture("race-victim.ts", args, where)) as Report;
};
const ALL = ["mkdir", "create", "open", "mount"];

describe("directories that are exchanged for links to the outside at full speed", () => {
  test.each(["openat2", "walk", "ENOSYS", "EPERM"])(
    "lead no call in a root outside: %s",
    { timeout },
    async (its) => {
      const context = expect.getState();
      const { leaks, counts, racer } = await race(its, ALL);
      console.log(
        `${context.currentTestName ?? ""}: ${JSON.stringify({ counts, racer })}`,
      );
      expect(leaks).toEqual([]);
      expect(racer).toMatchObject({ restored: true });
      expect(racer.exchanges).toBeGreaterThan(1000);
      for (const operation of ["mkdir", "create", "open", "overwrite", "mount"])
        expect(counts[`${operation} ok`]).toBeGreaterThan(0);
    },
  );

  test.each(["openat2", "walk", "no new calls"])(
    "lead no call in a root outside, in a user namespace: %s",
    { timeout },
    async (its) => {
      chownSync(directory, UNPRIVILEGED_UID, UNPRIVILEGED_UID);
      const uid = UNPRIVILEGED_UID;
      const report = await race(its, ALL, {
        forSeconds: Math.min(seconds, 2),
        uid,
      });
      expect(report).toMatchObject({ leaks: [], racer: { restored: true } });
      expect(report.counts["mount ok"]).toBeGreaterThan(0);
    },
  );

  test.each(ALL)(
    "lead an implementation outside that looks first and then uses the path: %s",
    { timeout },
    async (operation) => {
      const { leaks } = await race("naive", [operation], { forSeconds: 30 });
      expect(leaks).not.toEqual([]);
    },
  );
});

beforeEach((context) => {
  const asUser = context.task.name.includes("user namespace");
  requires(context, root, ...(asUser ? [unprivilegedUserNamespaces] : []));
});
