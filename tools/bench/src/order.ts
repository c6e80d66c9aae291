/**
 * `items` in an order that `seed` alone decides. Each round has another, so that nothing always runs after the
 * same neighbour: what a neighbour leaves behind (a network namespace to be taken down, pages to be copied) would
 * else always fall to the same one.
 */
export function shuffled<T>(items: readonly T[], seed: number): T[] {
  const random = mulberry32(seed);
  return items
    .map((item) => ({ item, key: random() }))
    .sort((a, b) => a.key - b.key)
    .map(({ item }) => item);
}

/** Tommy Ettinger's generator of 32-bit pseudorandom numbers. */
function mulberry32(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return mixed ^ (mixed >>> 14);
  };
}
