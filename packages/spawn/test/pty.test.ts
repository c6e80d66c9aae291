import { once } from "node:events";
import { CloneFlags, mkdirat, AtFlags, mount } from "@ns/syscalls";
import { expect, test } from "vitest";
import { type Pty, spawn, type SpawnOptions } from "../src/index.ts";
import { MAP_SELF } from "./internal/capture.ts";

const SIZE = { cols: 101, rows: 33 };

async function open(script: string, options: SpawnOptions = {}) {
  const child = spawn("sh", ["-c", script], { pty: SIZE, ...options });
  const { pty } = await child.spawned;
  if (pty === undefined) throw new Error("no pseudoterminal");
  return { child, pty, screen: new Screen(pty) };
}

/** What a terminal has shown. */
class Screen {
  text = "";
  readonly #pty: Pty;

  constructor(pty: Pty) {
    this.#pty = pty;
    pty.output
      .setEncoding("utf8")
      .on("data", (chunk: string) => (this.text += chunk));
  }

  async shows(marker: string): Promise<void> {
    while (!this.text.includes(marker)) await once(this.#pty.output, "data");
  }

  async whole(): Promise<string> {
    if (!this.#pty.output.closed) await once(this.#pty.output, "close");
    return this.text;
  }
}

test("its output can be read to its end by iteration", async () => {
  const { pty } = await spawn("echo", ["one"], { pty: SIZE }).spawned;
  let text = "";
  for await (const chunk of pty?.output ?? []) text += String(chunk);
  expect(text).toBe("one\r\n");
});

test("the command is on a terminal of its size, which it controls", async () => {
  const { child, screen } = await open(
    "stty size; tty | grep -o /dev/pts; ps -o tpgid= -p $$ | tr -d ' ' | grep -qx $$ && echo mine",
  );
  expect(await screen.whole()).toBe("33 101\r\n/dev/pts\r\nmine\r\n");
  expect(await child.exited).toMatchObject({ code: 0 });
});

test("what is typed is its input, and Ctrl-C interrupts", async () => {
  const { child, pty, screen } = await open(
    "read line; echo got $line; trap 'echo caught; exit 3' INT; echo ready; while :; do sleep 0.05; done",
  );
  pty.input.write("hello\n");
  await screen.shows("ready");
  pty.input.write("\x03");
  expect(await child.exited).toMatchObject({ code: 3 });
  expect(await screen.whole()).toMatch(
    /^hello\r\ngot hello\r\nready\r\n.*caught\r\n$/s,
  );
});

test("a new size is a SIGWINCH", async () => {
  const { pty, screen } = await open(
    "trap 'stty size; exit' WINCH; echo ready; while :; do sleep 0.05; done",
  );
  await screen.shows("ready");
  pty.resize({ cols: 40, rows: 10 });
  expect(await screen.whole()).toBe("ready\r\n10 40\r\n");
});

test("a megabyte arrives whole before the end", async () => {
  const { screen } = await open(
    "stty -opost; head -c 1000000 /dev/zero | tr '\\0' x",
  );
  expect((await screen.whole()).length).toBe(1_000_000);
});

test("a terminal can be of a devpts of its own", async () => {
  const options: SpawnOptions = {
    cloneflags: CloneFlags.NEWUSER | CloneFlags.NEWNS,
    ...MAP_SELF,
    pty: { ...SIZE, ptmx: "/dev/pts/ptmx" },
    setup: [
      mount("none", "/mnt", "tmpfs", 0, null),
      mkdirat(AtFlags.FDCWD, "/mnt/pts", 0o755),
      mount("devpts", "/mnt/pts", "devpts", 0, "newinstance,ptmxmode=0666"),
      mount("/mnt/pts", "/dev/pts", null, 0x1000, null),
    ],
  };
  const { screen } = await open("tty", options);
  expect(await screen.whole()).toBe("/dev/pts/0\r\n");
});

test("the terminal is gone with the process", async () => {
  const { child, pty } = await open("exit 0");
  await child.exited;
  if (!pty.output.closed) await once(pty.output, "close");
  expect(pty.output.destroyed).toBe(true);
});

test("what is typed faster than the command reads keeps us from nothing, and arrives", async () => {
  const { child, pty } = await open(
    "stty raw -echo; trap 'exec cat' USR1; echo ready; while :; do sleep 0.05; done",
  );
  await once(pty.output, "data");
  let received = 0;
  pty.output.on("data", (text: string) => (received += text.length));
  // Far more than a terminal holds; nobody reads it until we send the signal.
  const typed = "x".repeat(300_000);
  pty.input.write(typed);
  await new Promise(setImmediate);
  child.kill("SIGUSR1");
  await expect.poll(() => received, { timeout: 20_000 }).toBe(typed.length);
  child.kill("SIGKILL");
});

test("what is typed when the terminal is gone is lost, and no error", async () => {
  const { child, pty } = await open("exit 0");
  await child.exited;
  pty.input.write("too late");
  if (!pty.output.closed) await once(pty.output, "close");
  expect(pty.input.destroyed).toBe(true);
});
