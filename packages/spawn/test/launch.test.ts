import fc from "fast-check";
import { expect, test } from "vitest";
import { dupOrder, type PassedFd } from "../src/launch.ts";

/** What dup2 calls make of a table of descriptors, each known by what it refers to. */
function perform(fds: readonly PassedFd[]): Map<number, string> {
  const table = new Map(fds.map(({ source }) => [source, `file ${source}`]));
  for (const [from, to] of dupOrder(fds)) {
    const file = from === undefined ? undefined : table.get(from);
    if (file === undefined) table.delete(to);
    else table.set(to, file);
  }
  return table;
}

test("no number is higher than it has to be", () => {
  const order = dupOrder([
    { source: 1, number: 0 },
    { source: 0, number: 1 },
    { source: 1023, number: 2 },
  ]);
  expect(Math.max(...order.map(([, to]) => to))).toBe(4);
});

test("every descriptor gets its number, however they overlap", () => {
  const fd = fc.integer({ min: 0, max: 12 });
  fc.assert(
    fc.property(fc.array(fd, { maxLength: 8 }), (sources) => {
      const fds = sources.map((source, number) => ({ source, number }));
      const table = perform(fds);
      for (const { source, number } of fds)
        expect(table.get(number)).toBe(`file ${source}`);
    }),
  );
});
