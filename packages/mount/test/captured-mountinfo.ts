import { readFileSync } from "node:fs";
import { join } from "node:path";

/** The text of a captured mountinfo. */
export function captured(name: string): string {
  return readFileSync(
    join(import.meta.dirname, "fixtures", `${name}.mountinfo`),
    "utf8",
  );
}

/** All that were captured, over and over: btrfs subvolumes, octal escapes, optional fields, old kernels' lines. */
export function capturedMountinfo(count: number): string {
  const lines = ["btrfs", "odd-names", "old"].flatMap((name) =>
    captured(name).trimEnd().split("\n"),
  );
  return Array.from(
    { length: count },
    (_, n) => `${lines[n % lines.length] ?? ""}\n`,
  ).join("");
}
