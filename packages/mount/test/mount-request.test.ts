import fc from "fast-check";
import { expect, test } from "vitest";
import {
  MountError,
  parseMountRequest,
  tmpfs,
  type MountRequest,
} from "../src/index.ts";

const option = fc.oneof(
  fc.constantFrom(
    "ro",
    "rw",
    "bind",
    "rbind",
    "move",
    "remount",
    "rro",
    "rslave",
    "shared",
    "nosuid",
    "idmap",
    "tmpcopyup",
  ),
  fc.constantFrom(
    "defaults",
    "lazytime",
    "size=1m",
    "mode=755",
    "",
    "=",
    "x=",
    "nodev=1",
  ),
  fc.string({ maxLength: 5 }),
);
const options = fc.array(option, { maxLength: 5 });
const request = fc.record(
  {
    type: fc.oneof(
      fc.constantFrom("tmpfs", "proc", "", "none", "bind"),
      fc.constant(tmpfs()),
    ),
    source: fc.oneof(fc.constantFrom("/usr", "", "none"), fc.nat({ max: 9 })),
    options: fc.oneof(
      options,
      options.map((list) => list.join(",")),
    ),
    userns: fc.nat({ max: 9 }),
  },
  { requiredKeys: [] },
) as fc.Arbitrary<MountRequest>;

/** What a request comes down to, or the words it is refused with. */
function understood(its: MountRequest): unknown {
  try {
    return parseMountRequest(its);
  } catch (error) {
    if (error instanceof MountError || error instanceof TypeError)
      return { refused: error.message };
    throw error;
  }
}

test("any request is understood or refused by name, and as a list it means what it does as text", () => {
  fc.assert(
    fc.property(request, options, (its, list) => {
      // in text, these two say what a comma means
      const plain = list.filter((text) => !/[,"\\]/.test(text));
      expect(understood({ ...its, options: plain })).toEqual(
        understood({ ...its, options: plain.join(",") }),
      );
      expect(understood(its)).toSatisfy(
        (result: object) => "refused" in result || "operation" in result,
      );
    }),
    { numRuns: 500 },
  );
});
