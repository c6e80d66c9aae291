import fc from "fast-check";
import { expect, test } from "vitest";
import { dupOrder, type PassedFd } from "../src/launch.ts";

/** What dup2 calls make of a table of descriptors, each known by what it refers to, and where the program is then. */
function perform(
  fds: readonly PassedFd[],
  keep: number,
): { table: Map<number, string>; kept: number } {
  const sources = [...fds.map(({ source }) => source), keep];
  const table = new Map(sources.map((fd) => [fd, `file ${fd}`]));
  const { order, kept } = dupOrder(fds, keep);
  for (const [from, to] of order) {
    const file = from === undefined ? undefined : table.get(from);
    if (file === undefined) table.delete(to);
    else table.set(to, file);
  }
  return { table, kept };
}

test("no number is higher than it has to be", () => {
  const swapped = [
    { source: 1, number: 0 },
    { source: 0, number: 1 },
    { source: 1023, number: 2 },
  ];
  const { order } = dupOrder(swapped, 3);
  expect(Math.max(...order.map(([, to]) => to))).toBe(5);
});

test("every descriptor gets its number and the program keeps one, however they overlap", () => {
  const fd = fc.integer({ min: 0, max: 12 });
  fc.assert(
    fc.property(fc.array(fd, { maxLength: 8 }), fd, (sources, keep) => {
      const fds = sources.map((source, number) => ({ source, number }));
      const { table, kept } = perform(fds, keep);
      for (const { source, number } of fds)
        expect(table.get(number)).toBe(`file ${source}`);
      expect(table.get(kept)).toBe(`file ${keep}`);
    }),
  );
});
