import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { dirname, relative } from "node:path";
import { spawn } from "@ns/spawn";
import type { Example, Line } from "./catalogue.ts";

const TIMEOUT_MS = 30_000;
const home = dirname(import.meta.dirname);

/** A prompt at which a shell waits: the last line on the screen. */
const PROMPT = /(?<=^|\n)(\[inside\]\$|host\$) $/;

/**
 * Runs an example on a terminal of its own, types `lines` as its shells ask for them, and hands to `show` what the
 * screen shows. A line for another prompt than the one on the screen is typed elsewhere: in a second terminal on
 * the host. Returns the exit code.
 */
export async function demo(
  { file }: Example,
  lines: readonly Line[],
  show: (text: string) => void,
): Promise<number | null> {
  const child = spawn(process.execPath, [relative(home, file)], {
    argv0: "node",
    cwd: home,
    env: { PATH: process.env["PATH"], LANG: "C.UTF-8" },
    pty: { cols: 120, rows: 40 },
    timeout: TIMEOUT_MS,
    killSignal: "SIGKILL",
  });
  await once(child, "spawn");
  const { pty } = child;
  if (pty === undefined)
    throw new TypeError("a child with the option pty has one");

  const todo = [...lines];
  while (todo[0]?.prompt === "host$") onHost(todo.shift(), show);
  let screen = "";
  pty.output.setEncoding("utf8").on("data", (text: string) => {
    // A terminal sends \r before \n; one shown on another, as in 50, twice.
    screen = (screen + text).replaceAll(/\r+\n/g, "\n");
    const prompt = PROMPT.exec(screen);
    if (prompt === null) return;
    show(screen.slice(0, prompt.index));
    screen = prompt[0];
    while (todo[0] !== undefined && todo[0].prompt !== prompt[1])
      onHost(todo.shift(), show);
    const line = todo.shift();
    // The slides do not show the end either. With an `exit` among the lines, what it says is shown.
    if (line === undefined) show = () => undefined;
    pty.input.write(line === undefined ? END_OF_INPUT : `${line.command}\n`);
  });
  const closed = new Promise((resolve) => pty.output.once("close", resolve));
  const { code } = await child.exited;
  await closed;
  show(screen.replace(PROMPT, ""));
  for (const line of todo.filter(({ prompt }) => prompt === "host$"))
    onHost(line, show);
  return code;
}

/** What Ctrl+D sends. */
const END_OF_INPUT = "\x04";

/** Types a line in the second terminal. */
function onHost(line: Line | undefined, show: (text: string) => void): void {
  if (line === undefined) return;
  const { stdout, stderr } = spawnSync("/bin/sh", ["-c", line.command], {
    encoding: "utf8",
  });
  show(`${line.prompt} ${line.command}\n${stdout}${stderr}`);
}
