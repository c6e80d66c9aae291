import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import {
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { requireDebianPackages } from "./debian-packages.ts";
import { makeInitramfs } from "./initramfs.ts";
import { prepareKernel } from "./kernel.ts";
import type { Options } from "./options.ts";
import { type Parts, type Port, PORTS, qemuArguments } from "./qemu.ts";
import { succeed } from "./succeed.ts";

/** What to run in the machine. */
export interface VmCommand {
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

/** Where the command's output goes. */
export interface Output {
  readonly stdout: NodeJS.WritableStream;
  readonly stderr: NodeJS.WritableStream;
}

/** How long a machine may take to start the command, and how often that is tried: emulation crashes, rarely. */
const BOOT_TIMEOUT_MS = 180_000;
const ATTEMPTS = 3;

/** A scratch disk of that size, of which the host stores what is written. */
const SCRATCH_BYTES = 16 * 2 ** 30;

/** The exit statuses that are the machine's and not the command's, as timeout(1) and env(1) have them. */
export const TIMED_OUT = 124;
const FAILED = 125;

/**
 * Starts a machine, runs the command in it, and ends it.
 * @returns the command's exit status; 124 when it took too long, 125 when the machine failed while it ran.
 * @throws {Error} when the machine cannot be made or does not get as far as the command.
 */
export async function runInVm(
  command: VmCommand,
  options: Options,
  output: Output,
): Promise<number> {
  if (process.arch !== "x64")
    throw new Error(
      "the machine shares the host's root and is an x64 one: so must the host be",
    );
  requireDebianPackages();
  const kernel = await prepareKernel(options.kernel);
  const work = mkdtempSync(join(tmpdir(), "testvm-"));
  try {
    const sockets = { stdout: "", stderr: "", status: "" };
    for (const port of PORTS) sockets[port] = join(work, port);
    const parts: Parts = {
      kernel,
      initramfs: await makeInitramfs(kernel, options, command, work),
      scratch: join(work, "scratch"),
      console: join(work, "console"),
      sockets,
    };
    for (let attempt = 1; ; attempt += 1) {
      await makeScratchDisk(parts.scratch);
      writeFileSync(parts.console, "");
      const end = await boot(parts, options, output);
      const console = readFileSync(parts.console, "latin1");
      if (options.verbose) output.stderr.write(console);
      if (end.started) return report(end, console, output);
      const said = `${end.said}${lastLines(console)}`;
      if (attempt === ATTEMPTS)
        throw new Error(
          `the machine did not get as far as the command\n${said}`,
        );
      output.stderr.write(
        `the machine did not get as far as the command, trying again\n${said}\n`,
      );
    }
  } finally {
    rmSync(work, { recursive: true });
  }
}

async function makeScratchDisk(path: string): Promise<void> {
  rmSync(path, { force: true });
  writeFileSync(path, "");
  truncateSync(path, SCRATCH_BYTES);
  const features = ["-O", "^has_journal,^resize_inode", "-m", "0"];
  const lazily = ["-E", "lazy_itable_init=1,nodiscard,root_owner=0:0"];
  await succeed("mke2fs", [
    "-q",
    "-F",
    "-t",
    "ext4",
    ...features,
    ...lazily,
    path,
  ]);
}

/** How a machine ended. */
interface End {
  /** Whether it got as far as the command. */
  readonly started: boolean;
  /** The command's exit status, if it came. */
  readonly code: number | undefined;
  readonly timedOut: boolean;
  /** What qemu said. */
  readonly said: string;
}

function report(end: End, console: string, { stderr }: Output): number {
  if (end.code !== undefined) return end.code;
  if (end.timedOut) {
    stderr.write("the command took too long\n");
    return TIMED_OUT;
  }
  stderr.write(
    `the machine ended before the command\n${end.said}${lastLines(console)}\n`,
  );
  return FAILED;
}

function lastLines(console: string): string {
  return console.trimEnd().split(/\r?\n/).slice(-15).join("\n");
}

/** Starts qemu and waits until it has exited and all that the machine sent has arrived. */
async function boot(
  parts: Parts,
  options: Options,
  output: Output,
): Promise<End> {
  const servers = await listen(parts.sockets);
  const log = openSync(`${parts.console}.qemu`, "w");
  // it ends with us, however we end
  const qemu = spawn(
    "setpriv",
    [
      "--pdeathsig",
      "KILL",
      "qemu-system-x86_64",
      ...qemuArguments(parts, options.kvm),
    ],
    { stdio: ["ignore", log, log] },
  );
  const stop = (): void => void qemu.kill("SIGKILL");
  process.once("exit", stop);
  const exited = once(qemu, "exit");
  let timer = setTimeout(stop, BOOT_TIMEOUT_MS);
  let started = false;
  let timedOut = false;
  let code: number | undefined;
  const connections = Promise.all([
    connection(servers.stdout, qemu, (socket) =>
      socket.pipe(output.stdout, { end: false }),
    ),
    connection(servers.stderr, qemu, (socket) =>
      socket.pipe(output.stderr, { end: false }),
    ),
    connection(servers.status, qemu, (socket) => {
      createInterface(socket).on("line", (line) => {
        if (line === "STARTED") {
          started = true;
          clearTimeout(timer);
          if (options.timeout === undefined) return;
          timer = setTimeout(() => {
            timedOut = true;
            stop();
          }, options.timeout * 1000);
        } else code = Number(/^EXITED (\d+)$/.exec(line)?.[1]);
      });
    }),
  ]);
  await Promise.all([exited, connections]);
  clearTimeout(timer);
  process.off("exit", stop);
  for (const port of PORTS) servers[port].close();
  return {
    started,
    code,
    timedOut,
    said: readFileSync(`${parts.console}.qemu`, "utf8"),
  };
}

async function listen(
  paths: Readonly<Record<Port, string>>,
): Promise<Record<Port, Server>> {
  const servers = {
    status: createServer(),
    stdout: createServer(),
    stderr: createServer(),
  };
  for (const port of PORTS) {
    rmSync(paths[port], { force: true });
    servers[port].listen(paths[port]);
    await once(servers[port], "listening");
  }
  return servers;
}

/** Resolves when qemu's connection has ended, or qemu without having made one. */
async function connection(
  server: Server,
  qemu: ChildProcess,
  use: (socket: Socket) => void,
): Promise<void> {
  await new Promise<void>((resolve) => {
    server.once("connection", (socket) => {
      socket.once("close", () => resolve());
      use(socket);
    });
    qemu.once("exit", () => {
      server.getConnections((_, count) => {
        if (count === 0) resolve();
      });
    });
  });
}
