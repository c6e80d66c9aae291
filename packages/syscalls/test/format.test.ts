import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import * as ns from "../src/index.ts";
import { samples } from "./internal/samples.ts";

const all = Object.values(samples).flat();

describe("a syscall is printed as strace prints it", () => {
  test.each(all.map(([call, text]) => [text, call] as const))(
    "%s",
    (text, call) => {
      expect(ns.formatSyscall(call())).toBe(text);
    },
  );
});

test("every function that makes a syscall has a sample", () => {
  const directory = new URL("../src/calls/", import.meta.url);
  const made = readdirSync(directory).flatMap((file) => {
    const source = readFileSync(new URL(file, directory), "utf8");
    return [
      ...source.matchAll(
        /^export function (\w+)\((?:(?!^\})[^])*?\): Syscall \{$/gm,
      ),
    ].map((match) => match[1]);
  });
  expect(made.length).toBeGreaterThan(130);
  expect(
    made.filter((name) => name === undefined || !(name in samples)),
  ).toEqual([]);
  expect(Object.keys(samples).filter((name) => !made.includes(name))).toEqual(
    [],
  );
});

test("a step is printed with its register and the errors it expects", () => {
  const fd = ns.register("root");
  const open = ns.openTree(ns.AtFlags.FDCWD, "/", ns.OpenTreeFlags.CLONE);
  const printed = 'open_tree(AT_FDCWD, "/", OPEN_TREE_CLONE)';
  expect(ns.formatStep(open)).toBe(printed);
  expect(ns.formatStep(ns.step(open, { into: fd }))).toBe(
    `${printed} = <root>`,
  );
  expect(ns.formatStep(ns.step(open, { ignore: ["ENOSYS", "EPERM"] }))).toBe(
    `${printed} (or ENOSYS|EPERM)`,
  );
  expect(ns.formatStep(ns.step(open, { ignore: "any" }))).toBe(
    `${printed} (or any error)`,
  );
  expect(
    ns.formatStep(
      ns.step(open, { ignore: ["ENOSYS"], otherwise: [ns.close(3)] }),
    ),
  ).toBe(`${printed} (on ENOSYS: see below)`);
  const [a, b] = [ns.register("a"), ns.register("b")];
  const then = [
    ns.step(ns.close(3), { otherwise: [ns.close(4)] }),
    ns.close(5),
  ];
  expect(
    ns.formatStep(ns.step(open, { ignore: ["ENOENT"], then, closes: [a, b] })),
  ).toBe(`${printed} (on ENOENT: not the next 3), then close <a>, <b>`);
});

const mountTable: ns.ConstantTable = { prefix: "MS_", values: ns.MountFlags };

test("printed flags say what the mask was", () => {
  fc.assert(
    fc.property(fc.integer({ min: -(2 ** 31), max: 2 ** 32 - 1 }), (mask) => {
      expect(parseFlags(ns.formatFlags(mask, mountTable), mountTable)).toBe(
        BigInt(mask >>> 0),
      );
    }),
  );
});

test("a mask of 64 bits keeps its upper half", () => {
  const table: ns.ConstantTable = {
    prefix: "CLONE_",
    values: { ...ns.CloneFlags, ...ns.Clone3Flags },
  };
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), (mask) => {
      expect(parseFlags(ns.formatFlags(mask, table), table)).toBe(mask);
    }),
  );
});

function parseFlags(
  text: string,
  { prefix, values }: ns.ConstantTable,
): bigint {
  return text.split("|").reduce((mask, part) => {
    const known = part.startsWith(prefix)
      ? values[part.slice(prefix.length)]
      : undefined;
    return mask | BigInt.asUintN(64, BigInt(known ?? part));
  }, 0n);
}
