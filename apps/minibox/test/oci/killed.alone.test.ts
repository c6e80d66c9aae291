import { spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { requires, root, temporaryDirectory } from "@ns/testkit";
import { beforeAll, describe, expect, test } from "vitest";
import { minibox, programOf, ROOT } from "../internal/callers.ts";
import {
  makeBusyboxRoot,
  staticBusybox,
  writeConfig,
} from "./internal/busybox-bundle.ts";
import { goodConfig } from "./internal/good-config.ts";
import { remainsOf } from "./internal/remains.ts";

/** A command that is killed, and what has to have been before it. */
interface Case {
  readonly command: string;
  readonly before: readonly (readonly string[])[];
  readonly args: readonly string[];
}

/** How often each is killed. */
const TIMES = 50;

const state = temporaryDirectory("ns-test-state-");
const bundle = temporaryDirectory("ns-test-bundle-");
const create = ["create", "--bundle", bundle, "ID"];
const start = ["start", "ID"];

const cases: readonly Case[] = [
  { command: "create", before: [], args: create },
  { command: "start", before: [create], args: start },
  {
    command: "run",
    before: [],
    args: ["run", "--detach", "--bundle", bundle, "ID"],
  },
  {
    command: "exec",
    before: [create, start],
    args: ["exec", "ID", "/bin/sleep", "0.01"],
  },
  {
    command: "delete --force",
    before: [create, start],
    args: ["delete", "--force", "ID"],
  },
];

/** minibox with these words; its output is nobody's, for the container's would be the same and stays open. */
function begin(id: string, args: readonly string[]) {
  const words = args.map((word) => (word === "ID" ? id : word));
  return spawn(programOf(ROOT), ["--root", state, ...words], {
    stdio: "ignore",
  });
}

async function succeed(id: string, args: readonly string[]): Promise<number> {
  const started = performance.now();
  const [code] = (await once(begin(id, args), "exit")) as [number | null];
  if (code !== 0) throw new Error(`${args.join(" ")}: ended with ${code}`);
  return performance.now() - started;
}

/** Kills the command after so many milliseconds; whether that was before its end. */
async function killAfter(
  delayMs: number,
  id: string,
  args: readonly string[],
): Promise<boolean> {
  const child = begin(id, args);
  const exit = once(child, "exit") as Promise<[number | null, string | null]>;
  await sleep(delayMs);
  child.kill("SIGKILL");
  const [, signal] = await exit;
  return signal === "SIGKILL";
}

async function removed(id: string): Promise<void> {
  const { code, stderr } = await minibox(ROOT, [
    ...["--root", state, "delete", "--force", id],
  ]);
  expect(code).toBe(0);
  // of one that was killed before its configuration was written
  expect(stderr).toMatch(/^(?:|.*cannot tell whether container .*\n)$/);
  const listed = await minibox(ROOT, ["--root", state, "list", "--quiet"]);
  expect(listed).toMatchObject({ code: 0, stdout: "", stderr: "" });
  await expect
    .poll(() => remainsOf({ id, bundle, root: state }), { timeout: 5000 })
    .toEqual([]);
}

beforeAll(() => {
  if (staticBusybox.met()) makeBusyboxRoot(bundle);
});

describe.for(cases)("minibox $command", ({ command, before, args }) => {
  test(
    `ended with SIGKILL at ${TIMES} moments, leaves what delete --force removes all of`,
    { timeout: 300_000 },
    async (context) => {
      requires(context, root, staticBusybox);
      const name = `ns-test-killed-${command.slice(0, 6)}-${process.pid}`;
      const prepare = async (id: string): Promise<void> => {
        writeConfig(bundle, goodConfig(`/${id}`));
        for (const each of before) await succeed(id, each);
      };
      const durations: number[] = [];
      for (let i = 0; i < 3; i++) {
        const id = `${name}-measured${i}`;
        await prepare(id);
        durations.push(await succeed(id, args));
        await removed(id);
      }
      const durationMs = Math.min(...durations);
      let killed = 0;
      for (let i = 0; i < TIMES; i++) {
        const id = `${name}-${i}`;
        const delayMs = ((i + Math.random()) / TIMES) * durationMs;
        await prepare(id);
        if (await killAfter(delayMs, id, args)) killed++;
        try {
          await removed(id);
        } catch (cause) {
          throw new Error(
            `killed ${delayMs.toFixed(1)} of ${durationMs.toFixed(1)} ms after its start`,
            { cause },
          );
        }
      }
      // else the moments were not those of the command
      expect(killed).toBeGreaterThan(TIMES / 2);
    },
  );
});
