import { type HeapName, heaps, memoryNeeded } from "./heap.ts";
import type { Catalogue, LeftOut } from "./scenario.ts";

/** What was asked for is not there. */
export class UnknownScenarioError extends RangeError {}

/**
 * What `only` names, or all if it names nothing: by id (`spawn-all@2GB`), or by what is before the `@`.
 * @throws {UnknownScenarioError} for a name of nothing.
 */
export function select(
  catalogues: readonly Catalogue[],
  only: readonly string[],
): Catalogue {
  const scenarios = catalogues.flatMap((one) => one.scenarios);
  const leftOut = catalogues.flatMap((one) => one.leftOut);
  if (only.length === 0) return { scenarios, leftOut };
  const ids = [...scenarios, ...leftOut].map(({ id }) => id);
  const unknown = only.find((name) => !ids.some((id) => isNamed(id, name)));
  if (unknown !== undefined)
    throw new UnknownScenarioError(
      `no scenario '${unknown}': expected one of ${ids.join(", ")}`,
    );
  const isWanted = ({ id }: { readonly id: string }): boolean =>
    only.some((name) => isNamed(id, name));
  return {
    scenarios: scenarios.filter(isWanted),
    leftOut: leftOut.filter(isWanted),
  };
}

function isNamed(id: string, name: string): boolean {
  return id === name || id.startsWith(`${name}@`);
}

/** Without the heaps for which `availableBytes` of memory do not suffice, beginning with the largest. */
export function withinMemory(
  { scenarios, leftOut }: Catalogue,
  availableBytes: number,
): Catalogue {
  const fitting = new Set<HeapName>();
  const tooLarge: LeftOut[] = [];
  let free = availableBytes;
  for (const heap of heaps) {
    if (!scenarios.some((scenario) => scenario.heap === heap.name)) continue;
    const needed = memoryNeeded(heap);
    if (needed <= free) {
      fitting.add(heap.name);
      free -= needed;
    } else {
      tooLarge.push({
        id: `heap@${heap.name}`,
        title: `everything with a heap of ${heap.title}`,
        reason: `needs ${(needed / 1e9).toFixed(1)} GB of free memory, ${(free / 1e9).toFixed(1)} GB are left`,
      });
    }
  }
  return {
    scenarios: scenarios.filter(({ heap }) => fitting.has(heap)),
    leftOut: [...leftOut, ...tooLarge],
  };
}
