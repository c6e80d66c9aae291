import { once } from "node:events";
import {
  closeSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { CloneFlags } from "@ns/syscalls";
import { describe, expect, onTestFinished, test } from "vitest";
import { spawn, type StdioOptions } from "../src/index.ts";
import { capture, MAP_SELF } from "./internal/capture.ts";

const NEW = {
  cloneflags: CloneFlags.NEWUSER | CloneFlags.NEWPID,
  ...MAP_SELF,
};

describe.each([
  ["here", {}],
  ["in new namespaces", NEW],
])("the streams of a child %s", (_, options) => {
  test("close, though nobody reads them", async () => {
    const child = spawn("echo", ["unread"], options);
    expect(await once(child, "close")).toEqual([0, null]);
  });

  test("can be read after the end, by whoever waited for it", async () => {
    const child = spawn("echo", ["late"], options);
    const { stdout } = child;
    await child.exited;
    expect(stdout && (await text(stdout))).toBe("late\n");
  });

  test("close where the command could not be started, with Node's code", async () => {
    const child = spawn("/nowhere", [], options);
    const closed = new Promise((resolve) => {
      child.on("close", (...args) => resolve(args));
    });
    await expect(child.exited).rejects.toMatchObject({ code: "ENOENT" });
    expect(await closed).toEqual([-2, null]);
    expect(child.exitCode).toBe(-2);
    expect(child.stdio.every((stream) => stream?.destroyed)).toBe(true);
  });
});

test.each([
  ["here", {}],
  ["in new namespaces", NEW],
])(
  "a descriptor may be closed as soon as spawn has returned: %s",
  async (_, options) => {
    const directory = mkdtempSync(join(tmpdir(), "ns-test-"));
    onTestFinished(() => rmSync(directory, { recursive: true }));
    const file = join(directory, "out");
    const fd = openSync(file, "w");
    const stdio = ["ignore", fd, "inherit"] as const;
    const child = spawn("echo", ["written"], { ...options, stdio });
    closeSync(fd);
    await child.exited;
    expect(readFileSync(file, "utf8")).toBe("written\n");
  },
);

test.each<[string, unknown]>([
  ["a word that means nothing here", ["ignore", "ignore", "ignore", "ipc"]],
  ["a stream without a descriptor", ["ignore", "ignore", { fd: null }]],
  ["a negative descriptor", ["ignore", -1]],
  ["a word for all three", "overlapped"],
])("%s is refused", (_, stdio) => {
  const start = () => spawn("true", [], { stdio: stdio as StdioOptions });
  expect(start).toThrow(TypeError);
  expect(start).toThrow("expected");
});

test.each([
  ["here", {}],
  ["in new namespaces", NEW],
])("a descriptor that is not open is named: %s", async (_, options) => {
  await expect(
    capture("true", [], { ...options, stdio: ["ignore", 4095, "ignore"] }),
  ).rejects.toMatchObject({
    code: "EBADF",
    syscall: "dup2",
    message:
      "EBADF: bad file descriptor, dup2 (descriptor 4095, the child's 1, is not open)",
  });
});
