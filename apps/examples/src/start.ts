import { relative } from "node:path";
import { isatty } from "node:tty";
import { parseArgs } from "node:util";
import { makeCmd } from "./19-make-cmd.ts";
import {
  findExamples,
  parseLine,
  readExamples,
  type Example,
} from "./catalogue.ts";
import { demo } from "./demo.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { demo: { type: "boolean", default: false } },
});
const [wanted, ...lines] = positionals;
// Not process.stdin.isTTY, which makes the terminal non-blocking for whoever has it next.
const onTerminal = isatty(0) && isatty(1) && !values.demo;

const examples = wanted === undefined ? [] : findExamples(wanted);
for (const example of examples) {
  process.exitCode = await (onTerminal ? play(example) : type(example));
}
if (wanted === undefined) list(readExamples());
else if (examples.length === 0) {
  console.error(
    `no example is called '${wanted}', and no slide ${wanted} shows code or a terminal`,
  );
  process.exitCode = 1;
}

/** Hands the terminal to the example: the slide's shell. */
async function play(example: Example): Promise<number> {
  console.log(`${relative("", example.file)}: ${example.title}`);
  const commands = example.lines.map(
    ({ prompt, command }) => `  ${prompt} ${command}\n`,
  );
  if (commands.length > 0)
    console.log(
      `\nTry; host$ is a second terminal, or this one after exit:\n${commands.join("")}`,
    );
  const { code } = await makeCmd(process.execPath, [example.file], {
    argv0: "node",
  }).exited;
  return code ?? 1;
}

/** Has the slide's commands typed, or others that were given, and prints the transcript. */
async function type(example: Example): Promise<number> {
  const typed = lines.length === 0 ? example.lines : lines.map(parseLine);
  const code = await demo(example, typed, (text) => process.stdout.write(text));
  return code ?? 1;
}

function list(all: readonly Example[]): void {
  console.log(
    "Namespace.go in TypeScript. pnpm --filter examples start <slide or name> [--demo]\n",
  );
  for (const { name, slides, title } of all) {
    console.log(
      `${slidesText(slides).padStart(9)}  ${name.padEnd(14)}  ${title}`,
    );
  }
  console.log(
    '\nThe talk ends with slide 45, "to be continued"; from 46 on this does.',
  );
}

function slidesText(slides: readonly number[]): string {
  const first = slides[0] ?? 0;
  const last = slides.at(-1) ?? first;
  return first === last ? `${first}` : `${first}–${last}`;
}
