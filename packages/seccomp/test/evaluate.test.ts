import { requires, run } from "@ns/testkit";
import fc from "fast-check";
import { beforeEach, describe, expect, test } from "vitest";
import {
  type ActionName,
  Actions,
  checkProgram,
  compileFilter,
  defaultProfile,
  encodeInstructions,
  evaluate,
  formatProgram,
  formatVerdict,
  type Instruction,
  Opcodes,
  parseInstructions,
  parseVerdict,
  syscallNumber,
} from "../src/index.ts";
import { errorOf } from "./internal/error-of.ts";
import { fixture, libseccomp } from "./internal/filtered.ts";

const ALLOW = 0x7fff0000;
const ERRNO = 0x00050000;
const at = (code: number, k = 0, jt = 0, jf = 0): Instruction => ({
  code,
  jt,
  jf,
  k,
});

interface Case {
  readonly program: Uint8Array;
  readonly nr: number;
  readonly calls: readonly (readonly bigint[])[];
}

/** What the kernel makes of them, all in one process; null for a program that it does not take. */
async function kernel(cases: readonly Case[]): Promise<(number[] | null)[]> {
  const [node, script] = fixture("kernel-agrees.ts", "container root");
  const input = JSON.stringify(
    cases.map(({ program, nr, calls }) => ({
      program: Buffer.from(program).toString("base64"),
      nr,
      calls: calls.map((args) => args.map(String)),
    })),
  );
  const { code, stdout, stderr } = await run(node, [script], {
    input,
    env: { NODE_OPTIONS: undefined },
  });
  if (code !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as (number[] | null)[];
}

const word = fc.oneof(
  fc.integer({ min: 0, max: 0xffffffff }),
  fc.constantFrom(0, 1, 2, 31, 32, 0x7fffffff, 0x80000000, 0xffffffff),
);

/** Numbers from 600 on, which are no syscalls: allowed, they are ENOSYS. */
const FIRST = 600;

describe("the kernel and this package agree", () => {
  // a division by X may be one by 0, which kills
  const arithmetic = Object.entries(Opcodes).filter(([name]) =>
    /^(ADD|SUB|MUL|DIV_K|OR|AND|XOR|LSH|RSH|NEG|TAX|TXA|LD_IMM|LDX_IMM|LD_LEN|LDX_LEN|LD_ABS|ST|STX)/.test(
      name,
    ),
  );
  const step = fc
    .tuple(fc.constantFrom(...arithmetic), word, fc.nat(15))
    .map(([[name, code], value, small]): Instruction => {
      if (/^(LSH|RSH)_K$/.test(name)) return at(code, value % 32);
      if (name === "DIV_K") return at(code, value || 1);
      if (/^STX?$/.test(name)) return at(code, small);
      // not the instruction pointer, which is another one for each call
      if (name === "LD_ABS")
        return at(code, [0, 4][small] ?? 16 + (small % 12) * 4);
      return at(code, value);
    });
  const jump = fc
    .tuple(
      fc.constantFrom(
        "JEQ_K",
        "JGT_K",
        "JGE_K",
        "JSET_K",
        "JEQ_X",
        "JGT_X",
        "JGE_X",
        "JSET_X",
      ),
      word,
      fc.nat(2),
      fc.nat(2),
    )
    .map(([name, k, jt, jf]) =>
      at(Opcodes[name as keyof typeof Opcodes], k, jt, jf),
    );
  const body = fc.array(fc.oneof({ weight: 4, arbitrary: step }, jump), {
    maxLength: 14,
  });
  const args = fc.array(
    fc.oneof(
      fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
      fc.bigInt({ min: 0n, max: 3n }),
    ),
    { minLength: 6, maxLength: 6 },
  );

  test("on what a program answers", async () => {
    const samples = fc.sample(
      fc.tuple(body, fc.array(args, { minLength: 4, maxLength: 4 })),
      {
        numRuns: 60,
        seed: 11,
      },
    );
    const cases = samples.map(([instructions, calls], i) => ({
      nr: FIRST + i,
      calls,
      program: encodeInstructions([
        at(Opcodes.LD_ABS, 0),
        at(Opcodes.JEQ_K, FIRST + i, 1, 0),
        at(Opcodes.RET_K, ALLOW),
        at(Opcodes.LD_ABS, 16),
        ...instructions,
        // room for the jumps, then the result as an errno, 12 bits of it
        ...[
          at(Opcodes.ADD_K, 1),
          at(Opcodes.ADD_K, 2),
          at(Opcodes.AND_K, 0xfff),
        ],
        at(Opcodes.OR_K, ERRNO),
        at(Opcodes.RET_A),
      ]),
    }));
    const answers = await kernel(cases);
    const expected = cases.map(({ program, nr, calls }) =>
      calls.map((each) => {
        const { action, data } = evaluate(program, { nr, args: each });
        expect(action).toBe("SCMP_ACT_ERRNO");
        return data === 0 ? 0 : -Math.min(data, 4095);
      }),
    );
    expect(answers).toEqual(expected);
  });

  test("on what is a program", async () => {
    const codes = Object.values(Opcodes).filter(
      (code) => code !== Opcodes.RET_A && code !== Opcodes.DIV_X,
    );
    const any = fc
      .tuple(
        fc.oneof(
          { weight: 8, arbitrary: fc.constantFrom(...codes) },
          fc.nat(0xff),
        ),
        fc.oneof(fc.nat(70), word),
        fc.nat(5),
        fc.nat(5),
      )
      .map(([code, k, jt, jf]) =>
        at(code, code === Opcodes.RET_K ? ALLOW : k, jt, jf),
      );
    const programs = fc.sample(fc.array(any, { minLength: 1, maxLength: 5 }), {
      numRuns: 400,
      seed: 7,
    });
    const cases = programs.map((instructions, i) => ({
      nr: 0,
      calls: [],
      // whatever the rest is, a filter that is taken must allow everything
      program: encodeInstructions(
        i % 4 === 0
          ? instructions
          : [...instructions, at(Opcodes.RET_K, ALLOW)],
      ),
    }));
    const taken = (await kernel(cases)).map((each) => each !== null);
    const ours = cases.map(
      ({ program }) => errorOf(() => checkProgram(program)) === undefined,
    );
    expect(ours).toEqual(taken);
    expect(new Set(taken)).toEqual(new Set([true, false]));
  });
});

test("a division by 0 kills the thread, as in the kernel", () => {
  const program = encodeInstructions([
    at(Opcodes.LDX_IMM, 0),
    at(Opcodes.DIV_X),
    at(Opcodes.RET_K, ALLOW),
  ]);
  expect(evaluate(program, { nr: 0 }).action).toBe("SCMP_ACT_KILL_THREAD");
});

describe("a program that the kernel would not take is an error that says where", () => {
  const allow = at(Opcodes.RET_K, ALLOW);
  test.each<[readonly Instruction[], string]>([
    [[], "invalid program of 0 instructions: expected 1 to 4096"],
    [new Array<Instruction>(4097).fill(allow), "4097 instructions"],
    [[at(Opcodes.JA, 1), allow], "instruction 0: the jump leaves the program"],
    [
      [at(Opcodes.JEQ_K, 0, 0, 1), allow],
      "instruction 0: the jump leaves the program",
    ],
    [[at(Opcodes.LD_ABS, 0)], "instruction 0: expected a return at the end"],
    [[at(Opcodes.LD_ABS, 64), allow], "a load of offset 64"],
    [
      [at(Opcodes.LD_MEM, 3), allow],
      "scratch memory 3, which nothing has written to",
    ],
    [[at(0x30), allow], "no code 0x30"],
  ])("%#", (program, message) => {
    const bytes = encodeInstructions(program);
    const error = errorOf(() => checkProgram(bytes));
    expect(error).toMatchObject({ code: "ERR_SECCOMP_PROGRAM" });
    expect(error?.message).toContain(message);
    expect(errorOf(() => evaluate(bytes, { nr: 0 }))?.code).toBe(
      "ERR_SECCOMP_PROGRAM",
    );
  });

  test("a part of an instruction is none", () => {
    const error = errorOf(() => checkProgram(new Uint8Array(9)));
    expect(error?.message).toBe(
      "invalid program of 9 bytes: expected instructions of 8",
    );
  });
});

describe("printed", () => {
  test("a program reads as what it does", () => {
    const names: Readonly<Record<number, string>> = { 59: "execve" };
    const program = encodeInstructions([
      at(Opcodes.LD_ABS, 4),
      at(Opcodes.JEQ_K, 0xc000003e, 1, 0),
      at(Opcodes.RET_K, 0x80000000),
      at(Opcodes.LD_ABS, 0),
      at(Opcodes.JEQ_K, 59, 2, 0),
      at(Opcodes.JGE_K, 0x40000000, 0, 1),
      at(Opcodes.RET_K, 0x7fc00000),
      at(Opcodes.LD_ABS, 28),
      at(Opcodes.JSET_K, 0x10, 0, 1),
      at(Opcodes.RET_K, ERRNO + 13),
      at(Opcodes.RET_K, ALLOW),
      at(0xff, 1, 2, 3),
    ]);
    expect(formatProgram(program, { syscallName: (nr) => names[nr] })).toBe(
      ` 0  A = arch
 1  if arch == X86_64 goto 3 else 2
 2  return KILL_PROCESS
 3  A = nr
 4  if nr == 59 (execve) goto 7 else 5
 5  if nr >= 0x40000000 goto 6 else 7
 6  return NOTIFY
 7  A = args[1].high
 8  if args[1].high & 0x10 goto 9 else 10
 9  return ERRNO(EACCES)
10  return ALLOW
11  ? code 0xff jt 2 jf 3 k 0x1
`,
    );
  });

  test("any bytes are printed, a line for each instruction", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        const whole = bytes.subarray(0, bytes.length - (bytes.length % 8));
        const text = formatProgram(whole, { syscallName: () => undefined });
        expect(text.split("\n").length - 1).toBe(whole.length / 8);
        expect(
          Buffer.from(encodeInstructions(parseInstructions(whole))),
        ).toEqual(Buffer.from(whole));
      }),
    );
  });
});

describe("of the default profile", () => {
  beforeEach((context) => requires(context, libseccomp));

  test("every family of sockets is allowed or not, and no high bits change that", () => {
    const { filter } = compileFilter(defaultProfile);
    const nr = syscallNumber("socket") ?? -1;
    const allowed = (family: bigint): boolean =>
      evaluate(filter, { nr, args: [family] }).action === "SCMP_ACT_ALLOW";
    const families = Array.from({ length: 64 }, (_, i) => i);
    const blocked = [0, 12, 19, 20, 23, 25, 34, 37, 38, 40];
    expect(families.filter((each) => !allowed(BigInt(each)))).toEqual([
      ...blocked,
      ...families.filter((each) => each > 45),
    ]);
    expect(
      families.filter((each) => allowed(BigInt(each) + 2n ** 32n)),
    ).toEqual([]);
  });

  test("its listing names what it is about", () => {
    const text = formatProgram(compileFilter(defaultProfile).filter);
    expect(text).toMatch(/if nr == \d+ \(clone3\)/);
    expect(text).toContain("return ERRNO(ENOSYS)");
    expect(formatVerdict({ action: "SCMP_ACT_TRACE", data: 7, value: 0 })).toBe(
      "TRACE(7)",
    );
  });
});

test("an action and its errno come back out of the word that stands for them", () => {
  const names = Object.keys(Actions).filter(
    (name) => name !== "SCMP_ACT_KILL",
  ) as ActionName[];
  fc.assert(
    fc.property(
      fc.constantFrom(...names),
      fc.nat({ max: 0xffff }),
      (action, data) => {
        const value = Actions[action] + data;
        expect(parseVerdict(value)).toEqual({ action, data, value });
        expect(parseVerdict(value | 0)).toEqual({ action, data, value });
      },
    ),
  );
});

test("any word is a verdict, and one that the kernel does not know kills", () => {
  const known = new Set<number>(Object.values(Actions));
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 0xffffffff }), (value) => {
      const { action } = parseVerdict(value);
      const isKnown = known.has((value & 0xffff0000) >>> 0);
      expect(isKnown || action === "SCMP_ACT_KILL_PROCESS").toBe(true);
      expect(formatVerdict(parseVerdict(value))).toMatch(
        /^[A-Z_]+(\([A-Z0-9]+\))?$/,
      );
    }),
  );
});
