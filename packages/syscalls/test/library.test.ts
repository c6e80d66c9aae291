import { expect, test } from "vitest";
import { libc } from "../src/libc.ts";
import { library } from "../src/library.ts";

test("functions of a library are bound by their prototypes", () => {
  const libm = library("libm.so.6");
  expect(libm("double fabs(double x)")(-27)).toBe(27);
  expect(libm("int ilogb(double x)")(1024)).toBe(10);
});

test("a library that the program has is not loaded again", () => {
  const getpid = library("libc.so.6")("int getpid(void)");
  expect(getpid()).toBe(process.pid);
  expect(libc("int getpid(void)")()).toBe(process.pid);
});

test("a library that is not there is an error that says so", () => {
  expect(() => library("libnowhere.so.9")).toThrow(
    expect.objectContaining({
      code: "ERR_LIBRARY_NOT_LOADED",
      message: expect.stringMatching(
        /^cannot load library 'libnowhere\.so\.9': .*No such file or directory/,
      ) as string,
    }),
  );
});
