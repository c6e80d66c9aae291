import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { bench, type Progress } from "./bench.ts";
import { leftOutList, markdownPage, targetTable } from "./markdown.ts";
import { efforts, type Options, parseOptions, usage } from "./options.ts";
import { svgPlot } from "./plot.ts";
import type { Results } from "./results.ts";
import { UnknownScenarioError } from "./selection.ts";

// Measures, prints the results, and writes them as a page, a picture and data. No figure makes it fail.
const options = readOptions();
if (options.help) console.log(usage);
else await main();

async function main(): Promise<void> {
  if (process.getuid?.() !== 0)
    console.error(
      "not root: namespaces are measured with a user namespace only, and runc and crun without cgroups",
    );
  const results = await measured();
  if (options.out !== undefined) writeResults(results, options.out);
  if (options.json) {
    console.log(JSON.stringify(results, null, 2));
    console.error(
      `${targetTable(results)}\n\nLeft out:\n${leftOutList(results)}`,
    );
  } else {
    console.log(markdownPage(results));
  }
}

function readOptions(): Options {
  try {
    return parseOptions(process.argv.slice(2));
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return refuse(`${error.message}\n\n${usage}`);
  }
}

async function measured(): Promise<Results> {
  try {
    return await bench(options, progressOn(process.stderr));
  } catch (error) {
    if (!(error instanceof UnknownScenarioError)) throw error;
    return refuse(error.message);
  }
}

function refuse(message: string): never {
  console.error(message);
  process.exit(2);
}

function progressOn(stream: NodeJS.WriteStream): Progress {
  const { seconds } = efforts[options.mode];
  return {
    fillingHeaps: (heaps) => {
      const titles = heaps.map(({ title }) => title).join(", ");
      stream.write(
        `filling JavaScript heaps (${titles}), then measuring for at most ${seconds} s or so\n`,
      );
    },
    round: (round) => {
      if (stream.isTTY) stream.write(`\rround ${round} `);
    },
  };
}

function writeResults(results: Results, directory: string): void {
  mkdirSync(directory, { recursive: true });
  const write = (name: string, content: string): void => {
    writeFileSync(join(directory, name), content);
  };
  write("results.md", markdownPage(results));
  write("results.json", `${JSON.stringify(results, null, 2)}\n`);
  if (results.rows.length > 0) write("results.svg", svgPlot(results));
  console.error(`\nwritten: results.md, results.svg, results.json`);
}
