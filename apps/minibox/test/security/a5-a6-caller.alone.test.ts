import { readdirSync, readlinkSync } from "node:fs";
import { program, requires } from "@ns/testkit";
import { describe, expect, test } from "vitest";
import { run as runContainer } from "../../src/index.ts";
import { Bundle, uniqueId } from "../internal/bundle.ts";
import {
  CALLERS,
  programOf,
  requiresCaller,
  ROOT,
  runAs,
} from "../internal/callers.ts";
import { addProbe, NEEDS, probePath } from "./internal/probe.ts";

/** This process's descriptors, and where they lead. */
function descriptors(): string[] {
  return readdirSync("/proc/self/fd")
    .flatMap((fd) => {
      try {
        return [`${fd} ${readlinkSync(`/proc/self/fd/${fd}`)}`];
      } catch (error) {
        // that of the reading itself
        if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
        throw error;
      }
    })
    .sort();
}

const STREAMS = ["ignore", "pipe"] as const;

test.for(STREAMS)(
  "A5: the second container costs a process that uses the library no descriptor, nor does one that fails: stdio %s",
  async (stdio, context) => {
    requires(context, ...NEEDS);
    const one = async (command: string): Promise<void> => {
      const child = runContainer({ command: [command] }, { stdio });
      // its streams are closed a moment after it has ended
      const closed = new Promise((resolve) => child.once("close", resolve));
      await child.exited.catch(() => undefined);
      await closed;
    };
    await one("true");
    const before = descriptors();
    for (let i = 0; i < 5; i++) {
      await one("true");
      await one("/nowhere");
    }
    await expect.poll(descriptors, { timeout: 5000 }).toEqual(before);
  },
);

/** What a program is told that tries to type on its caller's terminal. */
const REFUSED = /^(?:EPERM|EIO|ENOTTY|EINVAL|ENXIO)$/;

function expectRefused(printed: string): void {
  // script(1) types the end of its own input, which the terminal may echo, and take back
  const typed = /\^[@D]|[\b]/g;
  const lines = printed.replaceAll(typed, "").trim().split(/\r?\n/);
  expect(lines.map((line) => line.replace(/ \w+$/, ""))).toEqual([
    "session",
    ...["TIOCSTI", "TIOCSTI high", "TIOCLINUX", "TIOCLINUX high", "TIOCSCTTY"],
  ]);
  for (const line of lines) expect(line.split(" ").at(-1)).toMatch(REFUSED);
  // it is in a session of its own, without a terminal
  expect(lines[0]).toBe("session ENXIO");
}

/** A command on a terminal of its caller's. */
const onTerminal = (...command: string[]): string[] => [
  ...["-qec", command.map((word) => `'${word}'`).join(" "), "/dev/null"],
];

describe.each(CALLERS)(
  "in a sandbox that shares the terminal of $who",
  (caller) => {
    test("A6: a command cannot type there", async (context) => {
      requiresCaller(context, caller, program("gcc"));
      const { stdout } = await runAs(caller, "script", [
        ...onTerminal(
          programOf(caller),
          "run",
          "-T",
          "--",
          probePath(),
          "terminal",
        ),
      ]);
      expectRefused(stdout);
    });
  },
);

test.for(["run", "exec"])(
  "A6: a container that shares its caller's terminal cannot type there: %s",
  async (command, context) => {
    requires(context, ...NEEDS);
    const bundle = addProbe(new Bundle());
    bundle.configure(command === "run" ? "exec probe terminal" : "sleep 100");
    const id = uniqueId();
    const words = ["--root", bundle.state];
    if (command === "exec") await bundle.minibox("run", "--detach", id);
    const rest =
      command === "run"
        ? ["run", "--bundle", bundle.directory, id]
        : ["exec", id, "probe", "terminal"];
    const { stdout } = await runAs(ROOT, "script", [
      ...onTerminal(programOf(ROOT), ...words, ...rest),
    ]);
    expectRefused(stdout);
  },
);
