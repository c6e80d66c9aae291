import { program, requires } from "@ns/testkit";
import { afterEach, describe, expect, test } from "vitest";
import type { Arch, Syscall } from "../src/index.ts";
import { checkAgainstHeaders, compilers } from "./internal/headers.ts";
import { samples } from "./internal/samples.ts";

/** Calls that the headers of Linux 6.1 do not have; numbers from 424 on are the same everywhere. */
const newer: Readonly<Record<string, number>> = {
  fchmodat2: 452,
  statmount: 457,
  listmount: 458,
  open_tree_attr: 467,
};

const here = process.arch;

afterEach(() => {
  pretend(here);
});

describe.each(["x64", "arm64"] as const)("on %s", (arch) => {
  test("every syscall has its number in the kernel's table", (context) => {
    requires(context, program(compilers[arch]));
    const numbers = numbersOn(arch);
    expect(numbers.size).toBeGreaterThan(120);
    const assertions = [...numbers].map(
      ([name, nr]) => [`__NR_${name}`, nr] as const,
    );
    const { wrong, unknown } = checkAgainstHeaders(
      arch,
      ["asm/unistd.h"],
      assertions,
    );
    expect(wrong).toEqual([]);
    expect(
      unknown.filter((name) => !(name.slice("__NR_".length) in newer)),
    ).toEqual([]);
  });

  test("a syscall newer than this machine's headers has its number in the newest table", () => {
    const numbers = numbersOn(arch);
    expect(
      Object.fromEntries(
        Object.keys(newer).map((name) => [name, numbers.get(name)]),
      ),
    ).toEqual(newer);
  });
});

test("an architecture without known numbers is refused", () => {
  pretend("riscv64");
  expect(samples["getpid"]?.[0]?.[0]).toThrow(
    expect.objectContaining({
      code: "ERR_UNSUPPORTED_ARCH",
      message: "unsupported architecture 'riscv64': expected x64 or arm64",
    }),
  );
});

function numbersOn(arch: Arch): Map<string, number> {
  pretend(arch);
  const calls: Syscall[] = Object.values(samples).flatMap((each) =>
    each.map(([call]) => call()),
  );
  const numbers = new Map<string, number>();
  for (const { name, nr } of calls) {
    // several definitions of one syscall agree
    expect(numbers.get(name) ?? nr).toBe(nr);
    numbers.set(name, nr);
  }
  return numbers;
}

function pretend(arch: string): void {
  Object.defineProperty(process, "arch", { value: arch });
}
