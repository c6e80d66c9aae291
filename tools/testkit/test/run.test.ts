import { expect, test } from "vitest";
import {
  asUser,
  requires,
  run,
  UNPRIVILEGED_UID,
  unprivilegedUser,
} from "@ns/testkit";

test("a program's output, exit code and input come back", async () => {
  const result = await run("sh", ["-c", "cat; echo problem >&2; exit 3"], {
    input: "hello\n",
  });
  expect(result).toEqual({
    code: 3,
    signal: null,
    stdout: "hello\n",
    stderr: "problem\n",
  });
});

test("a signal is reported as Node reports it", async () => {
  expect(await run("sh", ["-c", "kill -TERM $$"])).toMatchObject({
    code: null,
    signal: "SIGTERM",
  });
});

test("a program that reads no input may be given some", async () => {
  expect(await run("true", [], { input: "x".repeat(1_000_000) })).toMatchObject(
    { code: 0 },
  );
});

test("a program that takes too long is killed with its children, and the error shows what it printed", async () => {
  const attempt = run("sh", ["-c", "echo $$; sleep 60 & wait"], {
    timeoutMs: 300,
  });
  const error = await attempt.then(
    () => undefined,
    (reason: unknown) => reason as Error,
  );
  expect(error?.message).toMatch(
    /^sh -c .*: still running after 300 ms\n\d+\n$/s,
  );
  const group = error?.message.trimEnd().split("\n").at(-1) ?? "";
  // killed, though perhaps not reaped: that is init's to do
  const alive = () => run("pgrep", ["--pgroup", group, "--runstates", "R,S,D"]);
  await expect.poll(async () => (await alive()).stdout).toBe("");
});

test("a program that does not exist is an error", async () => {
  await expect(run("/nonexistent", [])).rejects.toMatchObject({
    code: "ENOENT",
  });
});

test("a program runs as another user, at home, with no groups of ours", async (context) => {
  requires(context, unprivilegedUser);
  const result = await asUser(UNPRIVILEGED_UID, "sh", [
    "-c",
    'id -u; id -G; cd && touch here && ls "$PWD"',
  ]);
  expect(result).toMatchObject({ code: 0, stdout: "1000\n1000\nhere\n" });
});
