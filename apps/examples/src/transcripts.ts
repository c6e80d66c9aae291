import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { findExamples, type Example } from "./catalogue.ts";
import { demo } from "./demo.ts";

export const readmePath: string = join(import.meta.dirname, "../README.md");

/** A transcript in the README: a code block whose first line is the command that prints the rest. */
export interface Transcript {
  readonly wanted: string;
  readonly text: string;
}

const BLOCK =
  /(?<=^```text\n\$ pnpm --filter examples start (\S+)\n)(.*?)(?=^```$)/gms;

/** Every transcript of a README. */
export function transcriptsIn(readme: string): Transcript[] {
  return [...readme.matchAll(BLOCK)].map(([text, wanted = ""]) => ({
    wanted,
    text,
  }));
}

/** Runs an example with the lines its slide shows, and returns what the screen showed. */
export async function transcriptOf(example: Example): Promise<string> {
  let transcript = "";
  await demo(example, example.lines, (text) => (transcript += text));
  return withoutTrailingSpace(transcript);
}

function withoutTrailingSpace(text: string): string {
  return `${text.replaceAll(/[ \t]+$/gm, "").trimEnd()}\n`;
}

/** Whether `actual` is `expected`, where `…` stands for any text in a line, and alone on a line for any lines. */
export function matchesTranscript(actual: string, expected: string): boolean {
  const patterns = expected
    .trimEnd()
    .split("\n")
    .map((line) =>
      line === "…"
        ? "(?:.*\\n)*?"
        : `${line.split("…").map(literally).join(".*")}\\n`,
    );
  return new RegExp(`^${patterns.join("")}$`).test(
    withoutTrailingSpace(actual),
  );
}

function literally(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
}

/** Of two runs, what they have in common, and `…` for the words that differ. */
export function inCommon(one: string, other: string): string {
  const others = other.split("\n");
  return one
    .split("\n")
    .map((line, i) => wordsInCommon(line, others[i] ?? ""))
    .join("\n");
}

function wordsInCommon(line: string, other: string): string {
  const words = line.split(/(\s+)/);
  const others = other.split(/(\s+)/);
  if (words.length !== others.length) return "…";
  return words
    .map((word, i) => (word === others[i] ? word : "…"))
    .join("")
    .replaceAll(/…(\s*…)+/g, "…");
}

if (import.meta.main) {
  let readme = readFileSync(readmePath, "utf8");
  for (const { wanted, text } of transcriptsIn(readme)) {
    for (const example of findExamples(wanted)) {
      const actual = await transcriptOf(example);
      const matches = matchesTranscript(actual, text);
      console.log(`${matches ? "as before" : "rewritten"}  ${wanted}`);
      if (matches) continue;
      const written = inCommon(actual, await transcriptOf(example));
      readme = readme.replace(
        `start ${wanted}\n${text}`,
        () => `start ${wanted}\n${written}`,
      );
    }
  }
  writeFileSync(readmePath, readme);
}
