import fc from "fast-check";
import { type IdMapping, MAX_ID } from "../../src/index.ts";

/** Valid maps: ranges that do not overlap on either side, in any order. */
export const maps: fc.Arbitrary<IdMapping[]> = fc
  .array(
    fc.tuple(
      fc.integer({ min: 0, max: 0x3ffffff }),
      fc.integer({ min: 0, max: 0x3ffffff }),
      fc.integer({ min: 1, max: 0x3ffffff }),
    ),
    { minLength: 1, maxLength: 30 },
  )
  .chain((parts) => {
    let inside = 0;
    let outside = 0;
    const map = parts.flatMap(([gap, otherGap, size]) => {
      const line = {
        containerId: inside + gap,
        hostId: outside + otherGap,
        size,
      };
      inside = line.containerId + size;
      outside = line.hostId + size;
      return inside - 1 <= MAX_ID && outside - 1 <= MAX_ID ? [line] : [];
    });
    return fc.shuffledSubarray(map, { minLength: map.length });
  });
