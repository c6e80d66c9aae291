import { execFileSync } from "node:child_process";
import { program, requires } from "@ns/testkit";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import {
  type Caller,
  CALLERS,
  programOf,
  requiresCaller,
} from "./internal/callers.ts";

/** A terminal of tmux's, with a server of its own, in which a shell of the caller runs. */
class Terminal {
  readonly #socket = `minibox-test-${process.pid}-${Math.random().toString(36).slice(2)}`;

  constructor({ uid }: Caller) {
    const shell = `setpriv --reuid ${uid} --regid ${uid} --clear-groups env PS1='host> ' HOME=/tmp sh`;
    this.#tmux(
      "-f",
      "/dev/null",
      "new-session",
      "-d",
      "-x",
      "100",
      "-y",
      "30",
      shell,
    );
    onTestFinished(() => {
      this.#tmux("kill-server");
    });
  }

  type(...keys: string[]): void {
    this.#tmux("send-keys", ...keys);
  }

  resize(cols: number, rows: number): void {
    this.#tmux("resize-window", "-x", String(cols), "-y", String(rows));
  }

  screen(): string {
    return this.#tmux("capture-pane", "-p", "-J");
  }

  /** Waits until the screen shows what `pattern` matches. */
  async shows(pattern: RegExp): Promise<void> {
    try {
      await vi.waitUntil(() => pattern.test(this.screen()), {
        timeout: 8000,
        interval: 50,
      });
    } catch (cause) {
      throw new Error(
        `${String(pattern)} is not on the screen:\n${this.screen()}`,
        { cause },
      );
    }
  }

  #tmux(...args: string[]): string {
    return execFileSync("tmux", ["-L", this.#socket, ...args], {
      encoding: "utf8",
    });
  }
}

describe.each(CALLERS)("on a terminal of $who", (caller) => {
  test("a shell has a terminal of its own, of the right size, and gives ours back", async (context) => {
    requiresCaller(context, caller);
    requires(context, program("tmux"));
    const terminal = new Terminal(caller);
    await terminal.shows(/host>/);
    terminal.type("stty -a > /tmp/before-$$; clear", "Enter");
    terminal.type(
      `${programOf(caller)} run -e PS1='box> ' -- sh; echo status $?`,
      "Enter",
    );
    await terminal.shows(/box> *$/m);
    terminal.type("tty; stty size", "Enter");
    await terminal.shows(/\/dev\/pts\/0\n30 100/);
    terminal.resize(80, 20);
    await expect
      .poll(
        () => {
          terminal.type("clear; stty size", "Enter");
          return terminal.screen();
        },
        { timeout: 8000, interval: 300 },
      )
      .toMatch(/20 80/);
    terminal.type("echo sleeping; sleep 1000", "Enter");
    // what is typed before the shell reads it, ^C takes away; it is echoed before the prompt then, and the answer comes after it
    await terminal.shows(/^(?:box> )*sleeping$/m);
    terminal.type("C-c", "");
    terminal.type("echo interrupted", "Enter");
    await terminal.shows(/^(?:box> )*interrupted$/m);
    terminal.type("exit 5", "Enter");
    await terminal.shows(/^(?:host> )*status 5/m);
    terminal.type(
      "clear; stty -a | diff /tmp/before-$$ - | grep -v rows | grep '^[<>]'; rm /tmp/before-$$; echo same",
      "Enter",
    );
    await terminal.shows(/^(?:host> )*same$/m);
    expect(terminal.screen()).not.toMatch(/^[<>](?! speed)/m);
  });

  test.each(["TERM", "INT"])(
    "SIG%s to minibox ends a command that does not handle it, and the terminal is as before",
    async (signal, context) => {
      requiresCaller(context as never, caller);
      const terminal = new Terminal(caller);
      await terminal.shows(/host>/);
      terminal.type(
        `${programOf(caller)} run -- ${SLEEP}; echo status $?; stty -a | grep -o -- '-*icanon'`,
        "Enter",
      );
      const pid = await sleeper();
      const [, parent = ""] =
        /^PPid:\s*(\d+)$/m.exec(
          execFileSync("cat", [`/proc/${pid}/status`], { encoding: "utf8" }),
        ) ?? [];
      process.kill(Number(parent), `SIG${signal}`);
      await terminal.shows(/^-?icanon/m);
      expect(terminal.screen()).toMatch(
        new RegExp(`status ${signal === "TERM" ? 143 : 130}\\nicanon`),
      );
    },
  );
});

/** Nobody else's: these tests run with both engines at once. */
const SLEEP = `sleep ${100_000 + process.pid}`;

/** The pid of the `sleep` that has started. */
async function sleeper(): Promise<string> {
  let pid = "";
  await expect.poll(() => (pid = pgrep()), { timeout: 8000 }).not.toBe("");
  return pid;
}

function pgrep(): string {
  try {
    return execFileSync("pgrep", ["-x", "-f", SLEEP], {
      encoding: "utf8",
    }).trim();
  } catch {
    // none yet
    return "";
  }
}
