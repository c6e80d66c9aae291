import { describe, expect, test, vi } from "vitest";
import { register } from "../src/index.ts";

describe("register", () => {
  test.each(["", "a/b", "/proc/self/exe", "a\0b", "\ud800"])(
    "refuses %j as a name",
    (name) => {
      expect(() => register(name, () => undefined)).toThrow(
        expect.objectContaining({
          name: "TypeError",
          code: "ERR_REEXEC_INVALID_NAME",
        }),
      );
    },
  );

  test.each(["rupa", "my init", "node", "ünï-🎁", "-c", "."])(
    "accepts %j as a name",
    (name) => {
      expect(() => register(name, () => undefined)).not.toThrow();
    },
  );

  test("refuses a name that is taken", () => {
    register("taken", () => undefined);
    expect(() => register("taken", () => undefined)).toThrow(
      expect.objectContaining({
        code: "ERR_REEXEC_DUPLICATE_NAME",
        message:
          "register init function 'taken': the name is already registered",
      }),
    );
  });

  test("refuses what is not a function", () => {
    expect(() => register("not a function", "rupa" as never)).toThrow(
      expect.objectContaining({
        name: "TypeError",
        code: "ERR_REEXEC_INVALID_ARGUMENT",
      }),
    );
  });

  test("knows the names registered through another copy of the module", async () => {
    register("through this copy", () => undefined);
    vi.resetModules();
    const copy = await import("../src/register.ts");
    expect(copy.register).not.toBe(register);
    expect(() => copy.register("through this copy", () => undefined)).toThrow(
      expect.objectContaining({ code: "ERR_REEXEC_DUPLICATE_NAME" }),
    );
  });
});
