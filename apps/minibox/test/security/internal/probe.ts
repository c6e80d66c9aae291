import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { chmodSync, copyFileSync, existsSync, renameSync } from "node:fs";
import { constants } from "node:os";
import { join } from "node:path";
import {
  program,
  type Requirement,
  root,
  run,
  runDirectory,
  type RunOptions,
  type RunResult,
} from "@ns/testkit";
import type { Syscall, ErrnoName } from "@ns/syscalls";
import { onTestFinished } from "vitest";
import type { Bundle } from "../../internal/bundle.ts";

/** What every test here needs. */
export const NEEDS: readonly Requirement[] = [
  root,
  program("busybox"),
  program("gcc"),
];

/** How long a racer races, in seconds. */
export const RACE_SECONDS = Number(process.env["NS_RACE_SECONDS"] ?? 10);

/** probe.c, compiled once for each run of the tests. */
export function probePath(): string {
  const built = join(runDirectory(), "probe");
  if (existsSync(built)) return built;
  const source = join(import.meta.dirname, "probe.c");
  const own = `${built}.${process.pid}`;
  execFileSync("gcc", ["-static", "-O1", "-o", own, source]);
  chmodSync(own, 0o755);
  renameSync(own, built);
  return built;
}

/** Puts the probe into a bundle, as /bin/probe. */
export function addProbe(bundle: Bundle): Bundle {
  copyFileSync(probePath(), join(bundle.rootfs, "bin/probe"));
  return bundle;
}

/** Runs the probe on the host. */
export function probe(
  args: readonly string[],
  options?: RunOptions,
): Promise<RunResult> {
  return run(probePath(), args, options);
}

/**
 * The words before a command for which one syscall fails, whatever its arguments or with one of them; `OK`: it says that it
 * has done what it has not.
 */
export function failing(
  call: Pick<Syscall, "nr">,
  code: ErrnoName | "OK",
  argument?: readonly [index: number, value: number],
): string[] {
  const [index, value] = argument ?? [6, 0];
  const errno: Readonly<Record<string, number>> = {
    ...{ OK: 0 },
    ...constants.errno,
  };
  return [
    ...[probePath(), "errno", String(call.nr), String(index)],
    ...[String(value >>> 0), String(errno[code]), "--"],
  ];
}

/** A probe that works beside what a test does, until its seconds are over or it is stopped. */
export interface Racer {
  /** What it has printed by its end. */
  readonly ended: Promise<string>;
  readonly child: ChildProcess;
}

/** Starts a program that says "ready" when it is at work, and waits for that. */
export async function startRacer(
  file: string,
  args: readonly string[],
): Promise<Racer> {
  const child = spawn(file, args, { stdio: ["ignore", "pipe", "inherit"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  let text = "";
  const { promise: ready, resolve, reject } = Promise.withResolvers<unknown>();
  child.stdout.on("data", (chunk: Buffer) => {
    text += chunk.toString();
    if (text.startsWith("ready\n")) resolve(undefined);
  });
  const ended = new Promise<string>((done) => {
    child.once("close", () => {
      reject(new Error(`${file} was never at work: ${text}`));
      done(text.slice("ready\n".length).trimEnd());
    });
  });
  child.once("error", reject);
  await ready;
  return { ended, child };
}

/** Does something again and again for so long, at least twice. */
export async function repeatedly(
  seconds: number,
  act: (round: number) => Promise<void>,
): Promise<number> {
  const end = performance.now() + seconds * 1000;
  let round = 0;
  while (round < 2 || performance.now() < end) await act(round++);
  return round;
}
