import { rolldown, type Plugin } from "rolldown";
import { expect, test } from "vitest";
import { markPure } from "../src/mark-pure.ts";

/** `source` as a module of a package, bundled with `plugins`. */
async function bundled(
  source: string,
  plugins: Plugin[] = [],
): Promise<string> {
  const bundle = await rolldown({
    input: "entry",
    experimental: { nativeMagicString: true },
    plugins: [
      { name: "entry", resolveId: (id) => id, load: () => source },
      ...plugins,
    ],
  });
  const { output } = await bundle.generate({ format: "esm" });
  return output[0].code;
}

const SOURCE = `
  const table = { a: 1, b: [2, 3] };
  const make = (...values) => ({ values });
  export const plain = 7;
  export const called = make(table.a);
  export const spread = make(...table.b);
  export const read = table.a | 4;
  export const later = () => make(table.a);
  export class Failure extends Error { static kind = make("x"); [Symbol.dispose]() { return make(); } }
  globalThis.done = make("an effect");
`;

test("what makes a constant is marked, what happens by itself and what is in functions is not", async () => {
  const lines = (await bundled(SOURCE, [markPure])).split("\n");
  const marked = lines.filter((line) => line.includes("@__PURE__"));
  expect(marked.map((line) => /(\w+) = /.exec(line)?.[1])).toEqual([
    "called",
    "spread",
    "read",
    "Failure",
  ]);
});

test("of a marked module a bundler takes what is used, and its effects; of another, everything", async () => {
  const use = async (plugins: Plugin[]): Promise<string> => {
    const module = await bundled(SOURCE, plugins);
    return bundled(module.replace(/export \{.*\}/, "export { plain }"));
  };
  expect(await use([])).toMatch(/table\.b[^]*Failure/);
  const small = await use([markPure]);
  expect(small).not.toMatch(/table|later|Failure/);
  expect(small).toMatch(/plain = 7/);
  expect(small).toMatch(/globalThis\.done = make\("an effect"\)/);
});

test("marked code does what it did, and its classes keep their names", async () => {
  const code = await bundled(SOURCE, [markPure]);
  const module = (await import(
    `data:text/javascript,${encodeURIComponent(code)}`
  )) as Record<string, unknown>;
  const { Failure, ...constants } = module;
  expect(constants).toMatchObject({
    plain: 7,
    called: { values: [1] },
    spread: { values: [2, 3] },
    read: 5,
  });
  expect(Failure).toHaveProperty("name", "Failure");
  expect(Failure).toHaveProperty("kind", { values: ["x"] });
});
