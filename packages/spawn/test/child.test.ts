import { spawn as nodeSpawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { CloneFlags } from "@ns/syscalls";
import { describe, expect, onTestFinished, test } from "vitest";
import { spawn } from "../src/index.ts";
import {
  capture,
  MAP_SELF,
  openDescriptors,
  shell,
} from "./internal/capture.ts";

const NEW = { cloneflags: CloneFlags.NEWUSER | CloneFlags.NEWPID, ...MAP_SELF };

describe.each([
  ["here", {}],
  ["in new namespaces", NEW],
])("a child %s", (_, options) => {
  test("ends with a code or a signal, and says what it used", async () => {
    expect(await capture("sh", ["-c", "exit 7"], options)).toMatchObject({
      code: 7,
      signal: null,
    });
    const child = spawn("sleep", ["100"], { ...options, stdio: "ignore" });
    await child.spawned;
    expect(child.kill("SIGKILL")).toBe(true);
    expect(await child.exited).toMatchObject({
      code: null,
      signal: "SIGKILL",
      rusage: { userTimeUs: expect.any(Number) as number },
    });
    expect([
      child.exitCode,
      child.signalCode,
      child.killed,
      child.kill(),
    ]).toEqual([null, "SIGKILL", true, false]);
  });

  test("emits spawn, exit and close in that order", async () => {
    const child = spawn("true", [], options);
    const events: string[] = [];
    for (const event of ["spawn", "exit", "close"] as const)
      child.on(event, () => events.push(event));
    await once(child, "close");
    expect(events).toEqual(["spawn", "exit", "close"]);
  });

  test("gets a signal that was sent before it existed", async () => {
    const child = spawn("sleep", ["100"], { ...options, stdio: "ignore" });
    child.kill("SIGKILL");
    expect(await child.exited).toMatchObject({ signal: "SIGKILL" });
  });

  test("gets every signal that was sent before it existed", async () => {
    const child = spawn("sleep", ["100"], { ...options, stdio: "ignore" });
    for (const signal of ["SIGKILL", 0] as const) child.kill(signal);
    expect(await child.exited).toMatchObject({ signal: "SIGKILL" });
  });

  test("is ended by timeout, and by an abort, which is the error", async () => {
    const killSignal = "SIGKILL";
    expect(
      await capture("sleep", ["100"], { ...options, timeout: 50, killSignal }),
    ).toMatchObject({ signal: "SIGKILL" });
    const controller = new AbortController();
    const child = spawn("sleep", ["100"], {
      ...options,
      signal: controller.signal,
      killSignal,
      stdio: "ignore",
    });
    await child.spawned;
    controller.abort();
    await expect(child.exited).rejects.toMatchObject({
      name: "AbortError",
      code: "ABORT_ERR",
    });
    const late = spawn("sleep", ["100"], {
      ...options,
      signal: AbortSignal.abort(),
      killSignal,
      stdio: "ignore",
    });
    await expect(late.exited).rejects.toMatchObject({ name: "AbortError" });
  });

  test("passes ten megabytes through its pipes", async () => {
    const child = spawn("cat", [], {
      ...options,
      stdio: ["pipe", "pipe", "inherit"],
    });
    let count = 0;
    child.stdout?.on("data", (chunk: Buffer) => (count += chunk.length));
    child.stdin?.end(Buffer.alloc(10 * 1024 * 1024, "x"));
    await once(child, "close");
    expect(count).toBe(10 * 1024 * 1024);
  });

  test("is gone at the end of its await using block", async () => {
    let pid: number;
    {
      await using child = spawn("sleep", ["100"], {
        ...options,
        stdio: "ignore",
      });
      ({ pid } = await child.spawned);
    }
    expect(() => process.kill(pid, 0)).toThrow("ESRCH");
  });

  test("leaves no descriptor behind", async () => {
    await capture("true", [], options);
    const before = openDescriptors();
    for (let i = 0; i < 5; i++) await capture("true", [], options);
    await expect.poll(openDescriptors).toBe(before);
  });

  test("has no descriptor but its own, whatever we have open", async () => {
    const server = createServer().listen(0);
    const worker = new Worker("setInterval(() => undefined, 1000)", {
      eval: true,
    });
    onTestFinished(async () => {
      server.close();
      await worker.terminate();
    });
    await once(server, "listening");
    expect(await shell("ls /proc/self/fd | tr '\\n' ' '", options)).toBe(
      "0 1 2 3",
    );
  });
});

test("a failure that nobody was told of is thrown at the end of the await using block", async () => {
  // In new namespaces: without, SIGKILL may come before the failure.
  const unheard = async () => {
    await using child = spawn("/nowhere", [], NEW);
    expect(child.killed).toBe(false);
  };
  await expect(unheard()).rejects.toMatchObject({ code: "ENOENT" });
  await using heard = spawn("/nowhere", [], NEW);
  await expect(heard.spawned).rejects.toMatchObject({ code: "ENOENT" });
});

test("a hundred at once end as they should", async () => {
  const codes = await Promise.all(
    Array.from({ length: 100 }, (_, i) =>
      capture("sh", ["-c", `exit ${i}`], i % 2 ? NEW : {}),
    ),
  );
  expect(codes.map(({ code }) => code)).toEqual(
    Array.from({ length: 100 }, (_, i) => i),
  );
});

test("child_process keeps the exit codes of its own children", async () => {
  const ours = Array.from({ length: 10 }, () => capture("true", [], NEW));
  const theirs = await Promise.all(
    Array.from({ length: 10 }, async (_, i) =>
      once(nodeSpawn("sh", ["-c", `exit ${i}`]), "exit"),
    ),
  );
  expect(theirs.map(([code]) => code as number)).toEqual(
    Array.from({ length: 10 }, (_, i) => i),
  );
  await Promise.all(ours);
});

test("/proc/self/exe is this program, under another name if asked", async () => {
  const args = ["-p", "process.argv0 + ' ' + process.version"];
  const { stdout } = await capture("/proc/self/exe", args, {
    ...NEW,
    argv0: "again",
  });
  expect(stdout).toBe(`again ${process.version}\n`);
});

test("an unref'd child does not keep the process from ending", async () => {
  const fixture = join(import.meta.dirname, "fixtures/unref.ts");
  const started = performance.now();
  const child = nodeSpawn(process.execPath, [fixture], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let pid = "";
  child.stdout.on("data", (chunk: Buffer) => (pid += chunk.toString()));
  await once(child, "close");
  process.kill(Number(pid), "SIGKILL");
  expect(performance.now() - started).toBeLessThan(20_000);
});

test("from a worker thread it says that it cannot, and why", async () => {
  const source = `import { spawn } from ${JSON.stringify(new URL("../src/index.ts", import.meta.url).href)};
    import { parentPort } from "node:worker_threads";
    try { spawn("true"); } catch (error) { parentPort.postMessage(error.code + " " + error.message); }`;
  const worker = new Worker(
    new URL(`data:text/javascript,${encodeURIComponent(source)}`),
  );
  const [message] = (await once(worker, "message")) as [string];
  expect(message).toBe(
    "ERR_SPAWN_WORKER cannot spawn from a worker thread: SIGCHLD reaches the main thread only",
  );
});
