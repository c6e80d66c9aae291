import { execFileSync } from "node:child_process";
import type { Arch } from "../../src/index.ts";

/** A C expression that must be a constant of this value: `MS_NOSUID`, `sizeof(struct open_how)`. */
export type Assertion = readonly [expression: string, value: number | bigint];

/** What a compiler says of assertions. */
export interface Verdict {
  /** Expressions with another value. */
  readonly wrong: readonly string[];
  /** Expressions that the headers do not have: too new, or misspelt. */
  readonly unknown: readonly string[];
}

export const compilers: Readonly<Record<Arch, string>> = {
  x64: process.arch === "x64" ? "gcc" : "x86_64-linux-gnu-gcc",
  arm64: process.arch === "arm64" ? "gcc" : "aarch64-linux-gnu-gcc",
};

/** Has the compiler of `arch` check each assertion against the headers of that architecture; nothing runs. */
export function checkAgainstHeaders(
  arch: Arch,
  headers: readonly string[],
  assertions: readonly Assertion[],
): Verdict {
  const includes = ["stddef.h", ...headers].map(
    (header) => `#include <${header}>`,
  );
  const lines = assertions.map(
    ([expression, value]) =>
      `_Static_assert((unsigned long long)(${expression}) == (unsigned long long)${literal(value)}, "wrong");`,
  );
  const source = ["#define _GNU_SOURCE", ...includes, ...lines].join("\n");
  const problems = new Map<number, string>();
  for (const match of compile(arch, source).matchAll(
    /^<stdin>:(\d+):\d+: error: (.*)$/gm,
  )) {
    problems.set(Number(match[1]), match[2] ?? "");
  }
  const first = 1 + includes.length + 1;
  const failed = [...problems].map(([line, text]) => {
    const expression = assertions[line - first]?.[0];
    if (expression === undefined)
      throw new Error(
        `line ${String(line)}: ${text}\n${source.split("\n")[line - 1] ?? ""}`,
      );
    return { expression, wrong: text.includes("static assertion failed") };
  });
  return {
    wrong: failed.filter((each) => each.wrong).map((each) => each.expression),
    unknown: failed
      .filter((each) => !each.wrong)
      .map((each) => each.expression),
  };
}

function literal(value: number | bigint): string {
  return value < 0 ? `${String(value)}LL` : `0x${value.toString(16)}ULL`;
}

function compile(arch: Arch, source: string): string {
  try {
    execFileSync(
      compilers[arch],
      ["-x", "c", "-fsyntax-only", "-fmax-errors=0", "-"],
      {
        input: source,
        stdio: ["pipe", "ignore", "pipe"],
        env: { ...process.env, LC_ALL: "C" },
        encoding: "utf8",
      },
    );
    return "";
  } catch (error) {
    // errors in the source are what we came for; that the compiler cannot be started is not
    const { stderr, status } = error as {
      stderr?: string;
      status?: number | null;
    };
    if (status !== 1 || stderr === undefined) throw error;
    return stderr;
  }
}
