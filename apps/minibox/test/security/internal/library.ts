// A program that uses minibox as a library: library.ts WHAT [ARG…]. Prints what it found, as JSON.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { openSync, watch } from "node:fs";
import inspector from "node:inspector";
import { createServer } from "node:net";
import { text } from "node:stream/consumers";
import { Worker } from "node:worker_threads";
import { fcntl, FcntlCommands, invoke } from "@ns/syscalls";
import { run } from "../../../src/index.ts";

const [what = "", ...args] = process.argv.slice(2);

/** The output, and how it ended, of a command in a sandbox. */
async function inSandbox([file = "true", ...rest]: readonly string[]) {
  const child = run({ command: [file, ...rest], cwd: "/" });
  const output = child.stdout === null ? "" : text(child.stdout);
  const { code, signal } = await child.exited;
  return { output: await output, code, signal };
}

/** Everything that a Node may have open, some of it without close-on-exec. */
async function openAll(): Promise<void> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  watch("/tmp");
  setInterval(() => undefined, 1000);
  const worker = new Worker("setInterval(() => undefined, 1000)", {
    eval: true,
  });
  await once(worker, "online");
  inspector.open(0, "127.0.0.1");
  for (const path of ["/", "/etc", "/etc/passwd", "/proc/self", "/sys"]) {
    const fd = openSync(path, "r");
    invoke(fcntl(fd, FcntlCommands.SETFD, 0));
  }
}

/** Exit statuses of both kinds of children, made at the same time. */
async function statuses(): Promise<unknown> {
  const each = Array.from({ length: 12 }, (_, i) => i);
  const theirs = each.map(async (status) => {
    const child = spawn("sh", ["-c", `exit ${status}`]);
    const [code] = (await once(child, "exit")) as [number | null];
    return code;
  });
  const ours = each.map(
    async (status) =>
      (await inSandbox(["sh", "-c", `exit ${status + 20}`])).code,
  );
  return { theirs: await Promise.all(theirs), ours: await Promise.all(ours) };
}

/** How long each of some starts keeps the event loop, in milliseconds, with so many MiB in the heap. */
async function blocked(megabytes: number): Promise<number[]> {
  const heap = Array.from({ length: megabytes }, () =>
    new Array<number>(131_072).fill(0.5),
  );
  const times: number[] = [];
  for (let i = 0; i < 20; i++) {
    const start = performance.now();
    const child = run({ command: ["true"], cwd: "/" }, { stdio: "ignore" });
    times.push(performance.now() - start);
    await child.exited;
  }
  return heap.length === megabytes ? times : [];
}

switch (what) {
  case "run":
    console.log(JSON.stringify(await inSandbox(args)));
    break;
  case "run-with-all-open":
    await openAll();
    console.log(JSON.stringify(await inSandbox(args)));
    break;
  case "statuses":
    console.log(JSON.stringify(await statuses()));
    break;
  case "blocked":
    console.log(JSON.stringify(await blocked(Number(args[0]))));
    break;
}
process.exit();
