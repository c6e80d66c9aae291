import { expect, test } from "vitest";
import { payloadOf } from "@ns/testvm";

test("the kernel in a bzImage is where its header says, without the size at its end", () => {
  const bzImage = Buffer.alloc(4096);
  bzImage.writeUInt8(3, 0x1f1); // sectors of set-up code after the first
  bzImage.write("HdrS", 0x202, "latin1");
  bzImage.writeUInt32LE(100, 0x248);
  bzImage.writeUInt32LE("compressed".length + 4, 0x24c);
  bzImage.write("compressed", 4 * 512 + 100, "latin1");
  expect(payloadOf(bzImage).toString("latin1")).toBe("compressed");
});

test("another file is refused", () => {
  expect(() => payloadOf(Buffer.alloc(4096))).toThrow("not a bzImage");
});
