// How many lines of mountinfo are parsed in a second, and what one split("\n") and split(" ") more would cost:
//     pnpm --filter @ns/mount bench
import { readFileSync } from "node:fs";
import { parseMountinfo } from "../../src/index.ts";
import { capturedMountinfo } from "../captured-mountinfo.ts";
import { generateMountinfo } from "../generated-mountinfo.ts";

/** Lines a second, the best of ten runs after two to warm up. */
function measure(text: string, parse: (text: string) => unknown): number {
  const lines = text.split("\n").length - 1;
  let best = 0;
  for (let round = 0; round < 12; round++) {
    const repeat = Math.max(1, Math.round(20_000 / lines));
    const start = performance.now();
    for (let i = 0; i < repeat; i++) parse(text);
    const rate = (lines * repeat * 1000) / (performance.now() - start);
    if (round >= 2) best = Math.max(best, rate);
  }
  return Math.round(best);
}

const naive = (text: string): string[][] =>
  text.split("\n").map((line) => line.split(" "));
const texts = {
  "this machine": readFileSync("/proc/self/mountinfo", "utf8"),
  "captured, 10,000 lines": capturedMountinfo(10_000),
  "10,000 generated lines": generateMountinfo(10_000),
};
for (const [name, text] of Object.entries(texts)) {
  const rate = measure(text, parseMountinfo).toLocaleString("en");
  const splits = measure(text, naive).toLocaleString("en");
  console.log(
    `${name}: ${rate} lines a second (only splitting them: ${splits})`,
  );
}
