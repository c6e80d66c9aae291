import { execFileSync } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Config, formatConfig, specExample } from "@ns/oci";
import { checkoutFor, findProgram, run, type RunResult } from "@ns/testkit";
import { onTestFinished } from "vitest";

type Mutable<T> = { -readonly [K in keyof T]: Mutable<T[K]> };

/** A configuration that a test changes. */
export type Draft = Mutable<Config>;

/** A bundle of busybox, with a directory for the state of its containers. */
export class Bundle {
  readonly directory: string;
  readonly rootfs: string;
  readonly state: string;
  /** How long a command may take. */
  timeoutMs = 20_000;

  constructor() {
    this.directory = mkdtempSync(join(tmpdir(), "minibox-bundle-"));
    this.rootfs = join(this.directory, "rootfs");
    this.state = join(this.directory, "state");
    for (const name of ["bin", "proc", "sys", "dev", "tmp", "etc"])
      mkdirSync(join(this.rootfs, name), { recursive: true });
    const busybox = join(this.rootfs, "bin/busybox");
    copyFileSync(findProgram("busybox") ?? "/bin/busybox", busybox);
    chmodSync(busybox, 0o755);
    const applets = execFileSync(busybox, ["--list"], { encoding: "utf8" });
    for (const name of applets.trim().split("\n"))
      if (name !== "busybox")
        symlinkSync("busybox", join(this.rootfs, "bin", name));
    onTestFinished(async () => {
      for (const id of this.ids()) await this.minibox("delete", "--force", id);
      rmSync(this.directory, { recursive: true, force: true });
    });
  }

  ids(): string[] {
    return execFileSync(
      programPath(),
      ["--root", this.state, "list", "--quiet"],
      {
        encoding: "utf8",
      },
    )
      .split("\n")
      .filter((id) => id !== "");
  }

  /** Writes config.json: the example, for this script, with changes. */
  configure(script: string, change: (config: Draft) => void = () => undefined) {
    const config = structuredClone(specExample()) as Draft;
    if (config.process === undefined) throw new Error("no process");
    config.process.terminal = false;
    config.process.args = ["sh", "-c", script];
    change(config);
    this.write(formatConfig(config));
    return this;
  }

  write(text: string): void {
    writeFileSync(join(this.directory, "config.json"), text);
  }

  /** Runs minibox; what the container holds open is not waited for. */
  minibox(...args: readonly string[]): Promise<RunResult> {
    return this.runtime(programPath(), ...args);
  }

  /** Runs minibox, several times at once if need be: nothing of its output is kept. */
  runtimeQuietly(...args: readonly string[]): Promise<RunResult> {
    const all = [programPath(), "--root", this.state, ...args];
    return run("sh", ["-c", `exec "$@" >/dev/null 2>&1`, "sh", ...all], {
      cwd: this.directory,
    });
  }

  /** The same of another runtime. */
  runtime(program: string, ...args: readonly string[]): Promise<RunResult> {
    return this.command(program, "--root", this.state, ...args);
  }

  /** Runs minibox by way of other words, which have a command after them: `["strace", "-f"]`. */
  through(
    words: readonly string[],
    ...args: readonly string[]
  ): Promise<RunResult> {
    return this.command(
      ...[...words, programPath(), "--root", this.state],
      ...args,
    );
  }

  /** The same of any program. */
  async command(...all: readonly string[]): Promise<RunResult> {
    // a container that goes on writes to its own
    const call = calls++;
    const [out, err] = ["out", "err"].map((name) =>
      join(this.directory, `${name}-${call}`),
    );
    const { code, signal } = await run(
      "sh",
      ["-c", `exec "$@" >${out} 2>${err}`, "sh", ...all],
      { cwd: this.directory, timeoutMs: this.timeoutMs },
    );
    const [stdout = "", stderr = ""] = [out, err].map((path) =>
      readFileSync(path ?? "", "utf8"),
    );
    return { code, signal, stdout, stderr };
  }
}

export function programPath(): string {
  return join(checkoutFor(process.getuid?.() ?? 0), "apps/minibox/bin/minibox");
}

/** What a line of a log says, without the escapes of its quotes. */
export function unescaped(line: string): string {
  return line.replaceAll('\\"', '"');
}

let calls = 0;
let count = 0;

/** An id that no other container has. */
export function uniqueId(): string {
  return `test-${process.pid}-${count++}`;
}
