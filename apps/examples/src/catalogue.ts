import { globSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";

/** A program of this folder, and what its first lines say of it. */
export interface Example {
  readonly file: string;
  /** Of the first slide it shows. The talk ends at 45; what comes after it goes on from 46. */
  readonly number: number;
  /** As in its file's name: `uts-reexec`. */
  readonly name: string;
  /** All the slides it shows. */
  readonly slides: readonly number[];
  /** `UTS namespace: a host name of its own, by one clone flag`. */
  readonly title: string;
  /** What to type, and where. */
  readonly lines: readonly Line[];
}

/** A command, after the prompt it is typed at: `[inside]$ hostname`. */
export interface Line {
  readonly prompt: "[inside]$" | "host$";
  readonly command: string;
}

/** Every example, in the talk's order. */
export function readExamples(): Example[] {
  return globSync("[0-9][0-9]-*.ts", { cwd: import.meta.dirname })
    .sort()
    .map((name) => {
      const file = join(import.meta.dirname, name);
      return parseExample(file, readFileSync(file, "utf8"));
    });
}

/** The examples that `wanted` means: a slide, or a name. */
export function findExamples(
  wanted: string,
  examples = readExamples(),
): Example[] {
  return examples.filter(
    ({ file, name, slides }) =>
      name === wanted ||
      basename(file, ".ts") === wanted ||
      slides.includes(Number(wanted)),
  );
}

/** Reads the comment that an example begins with: `// Slides 10–11 · UTS namespace: …`, and the lines to type. */
export function parseExample(file: string, source: string): Example {
  const [heading = ""] = source.split("\n", 1);
  const [, where = "", title = ""] = /^\/\/ (.+?) · (.+)$/.exec(heading) ?? [];
  const [, number = "", name = ""] =
    /^(\d+)-(.+)$/.exec(basename(file, ".ts")) ?? [];
  return {
    file,
    number: Number(number),
    name,
    slides: slidesIn(where, Number(number)),
    title,
    lines: [...source.matchAll(/^\/\/ {3}(\S+\$ .+)$/gm)].map(([, line = ""]) =>
      parseLine(line),
    ),
  };
}

/**
 * Reads `[inside]$ hostname`.
 * @throws {TypeError} if it begins with neither prompt.
 */
export function parseLine(line: string): Line {
  for (const prompt of ["[inside]$", "host$"] as const) {
    if (line.startsWith(`${prompt} `))
      return { prompt, command: line.slice(prompt.length + 1) };
  }
  throw new TypeError(
    `invalid line '${line}': expected '[inside]$ ' or 'host$ ' and a command`,
  );
}

/** `Slides 13–14, 16` are 13, 14 and 16. */
function slidesIn(where: string, number: number): number[] {
  const ranges = [...where.matchAll(/(\d+)(?:–(\d+))?/g)];
  if (ranges.length === 0) return [number];
  return ranges.flatMap(([, first, last = first]) => {
    const length = Number(last) - Number(first) + 1;
    return Array.from({ length }, (_, i) => Number(first) + i);
  });
}
