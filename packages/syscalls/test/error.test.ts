import { renameSync } from "node:fs";
import { getSystemErrorMap } from "node:util";
import { expect, test } from "vitest";
import * as ns from "../src/index.ts";
import { errorOf } from "./internal/error-of.ts";

const { FDCWD } = ns.AtFlags;

test("an error has the keys and the message of Node's own", () => {
  const [from, to] = ["/nowhere/a", "/nowhere/b"];
  const theirs = errorOf(() => {
    renameSync(from, to);
  });
  const ours = errorOf(() => ns.invoke(ns.renameat2(FDCWD, from, FDCWD, to)));
  expect(ours.message).toBe(theirs.message.replace("rename ", "renameat2 "));
  expect({ ...ours }).toEqual({
    ...theirs,
    syscall: "renameat2",
    call: ours["call"],
  });
  const keys = Object.keys(ours).filter((key) => key !== "call");
  expect(keys).toEqual(Object.keys(theirs));
  expect(ours.name).toBe("SyscallError");
  expect(ours).toBeInstanceOf(ns.SyscallError);
  expect(ours.stack?.split("\n")[0]).toBe(`SyscallError: ${ours.message}`);
});

test("an error without a path names the call alone, and shows how it was made", () => {
  const error = errorOf(() => ns.invoke(ns.dup3(9999, 9998)));
  expect(error.message).toBe("EBADF: bad file descriptor, dup3");
  expect(error).toMatchObject({
    code: "EBADF",
    errno: -9,
    syscall: "dup3",
    call: "dup3(9999, 9998, 0)",
  });
  expect(error).not.toHaveProperty("path");
});

test("a step's error says where it stood and why", () => {
  const steps = [
    ns.getpid(),
    ns.step(ns.openat(FDCWD, "/nowhere", ns.OpenFlags.PATH), {
      why: "find the root",
    }),
    ns.getpid(),
  ];
  expect(errorOf(() => ns.invokeAll(steps))).toMatchObject({
    message:
      "ENOENT: no such file or directory, openat '/nowhere' (step 2 of 3: find the root)",
    path: "/nowhere",
    step: { index: 2, total: 3 },
  });
});

test.each<[string, () => ns.Syscall, string]>([
  [
    "a NUL in a path",
    () => ns.chdir("/a\0b"),
    String.raw`invalid path "/a\x00b": expected a string without NUL characters`,
  ],
  ["a fraction", () => ns.close(1.5), "invalid fd '1.5': expected an integer"],
  ["no number", () => ns.setuid(NaN), "invalid uid 'NaN': expected an integer"],
  [
    "a register without a value",
    () => ns.close(ns.register("fd")),
    "register 'fd' is used before it has a value",
  ],
  [
    "clone3",
    () => ns.clone3({ flags: 0n }),
    "cannot perform clone3 in this process: it would leave a child that runs JavaScript without the threads this needs",
  ],
])("%s is refused before anything happens", (_what, call, message) => {
  expect(() => ns.invoke(call())).toThrow(new TypeError(message));
});

test("bad arguments that the types would catch are refused too", () => {
  expect(() => ns.invoke(ns.close(undefined as never))).toThrow(
    "invalid fd 'undefined': expected an integer",
  );
  expect(() => ns.invoke(ns.chdir(7 as never))).toThrow(
    "invalid path: expected a string or null",
  );
});

test("an error has the name, number and meaning that it has everywhere", () => {
  expect(ns.errnoName(-2)).toBe("ENOENT");
  expect(ns.errnoNumber("EOPNOTSUPP")).toBe(95);
  expect(ns.errnoMessage("ENOENT")).toBe("no such file or directory");
});

test("an error number that has no name says which call failed all the same", () => {
  const error = ns.syscallError(ns.chdir("/x"), 4000);
  expect(error.message).toBe("UNKNOWN: unknown error, chdir '/x'");
  expect(error).toMatchObject({ code: "UNKNOWN", errno: -4000 });
});

test("error numbers and texts are those of Node, and of glibc where it has none", () => {
  for (const [number, [name, text]] of getSystemErrorMap()) {
    // libuv's own, and the one that it names otherwise
    if (number < -1000 || name === "EOF" || name === "ENOTSUP") continue;
    expect([
      ns.errnoName(number),
      ns.errnoMessage(ns.errnoName(number)),
    ]).toEqual([name, text]);
  }
});
