import { closeSync, existsSync, readFileSync, readlinkSync } from "node:fs";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import {
  accept4,
  bind,
  connect,
  invoke,
  invokeAsync,
  listen,
  messageBuffer,
  parseMessage,
  receiveFds,
  recvmsg,
  sendmsg,
  socket,
  SocketFamily,
  SocketType,
  unixAddress,
} from "@ns/syscalls";
import { program, requires, root } from "@ns/testkit";
import { expect, type TestContext, test } from "vitest";
import { Bundle, uniqueId } from "../internal/bundle.ts";
import { programOf, ROOT } from "../internal/callers.ts";

const NEEDS = [root, program("busybox")] as const;
const WAITING = "while :; do sleep 0.1; done";

async function running(context: TestContext, script = WAITING) {
  requires(context, ...NEEDS);
  const bundle = new Bundle().configure(script);
  const id = uniqueId();
  const { code, stderr } = await bundle.minibox("run", "--detach", id);
  expect([code, stderr]).toEqual([0, ""]);
  return { bundle, id };
}

test("fifty processes are executed at the same time, each with its own output and exit status", async (context) => {
  const { bundle, id } = await running(context);
  const all = await Promise.all(
    Array.from({ length: 50 }, async (_, i) => {
      const child = spawn(
        programOf(ROOT),
        [
          ...["--root", bundle.state, "exec", id, "sh", "-c"],
          `echo ${i}; exit ${i}`,
        ],
        { stdio: ["ignore", "pipe", "inherit"] },
      );
      const chunks: Buffer[] = [];
      child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
      const [code] = (await once(child, "close")) as [number | null];
      return [code, Buffer.concat(chunks).toString()];
    }),
  );
  expect(all).toEqual(Array.from({ length: 50 }, (_, i) => [i, `${i}\n`]));
  const { stdout } = await bundle.minibox("ps", "-f", "json", id);
  expect((JSON.parse(stdout) as number[]).length).toBeLessThanOrEqual(2);
}, 60_000);

test("in a paused container nothing is executed, unless that is asked for: then it waits", async (context) => {
  const { bundle, id } = await running(context);
  await bundle.minibox("pause", id);
  const refused = await bundle.minibox("exec", id, "true");
  expect([refused.code, refused.stderr.includes("--ignore-paused")]).toEqual([
    255,
    true,
  ]);
  const waiting = bundle.runtimeQuietly("exec", "--ignore-paused", id, "true");
  const early = await Promise.race([
    waiting,
    new Promise((resolve) => setTimeout(resolve, 300, "it waits")),
  ]);
  expect(early).toBe("it waits");
  expect((await bundle.minibox("resume", id)).code).toBe(0);
  expect((await waiting).code).toBe(0);
});

/** Runs minibox with descriptors 3 to 5 open, by a shell. */
function withFds(bundle: Bundle, before: string, ...words: string[]) {
  const all = [programOf(ROOT), "--root", bundle.state, ...words];
  const script = `exec 3</etc/hostname 4</etc/passwd 5</etc/group; ${before} exec "$@"`;
  return bundle.command("sh", "-c", script, "sh", ...all);
}

const LIST_FDS =
  'for f in 3 4 5 6; do readlink /proc/$$/fd/$f >/dev/null && echo $f; done; echo "$LISTEN_FDS $LISTEN_PID"';

test.each([
  ["none are", "", [], " \n"],
  ["two of --preserve-fds are", "", ["--preserve-fds", "2"], "3\n4\n \n"],
  [
    "one of systemd's is, and it is told so",
    "export LISTEN_FDS=1 LISTEN_PID=$$;",
    [],
    "3\n1 1\n",
  ],
  [
    "one of systemd's and two more are",
    "export LISTEN_FDS=1 LISTEN_PID=$$;",
    ["--preserve-fds", "2"],
    "3\n4\n5\n1 1\n",
  ],
  [
    "not those of another process",
    "export LISTEN_FDS=1 LISTEN_PID=1;",
    [],
    " \n",
  ],
])(
  "of open descriptors %s passed on",
  async (_what, before, words, printed) => {
    const bundle = new Bundle().configure(LIST_FDS);
    const { stdout, stderr } = await withFds(
      bundle,
      before,
      ...["run", ...words, uniqueId()],
    );
    expect([stdout, stderr]).toEqual([printed, ""]);
  },
);

test("an executed process gets those of --preserve-fds", async (context) => {
  const { bundle, id } = await running(context);
  const { stdout } = await withFds(
    bundle,
    "",
    ...["exec", "--preserve-fds", "1", id, "sh", "-c", LIST_FDS],
  );
  expect(stdout).toBe("3\n \n");
});

test("a descriptor that is not open is an error", async (context) => {
  requires(context, ...NEEDS);
  const bundle = new Bundle().configure("true");
  const { code, stderr } = await bundle.minibox(
    ...["run", "--preserve-fds", "90", uniqueId()],
  );
  expect(code).toBe(1);
  expect(stderr).toMatch(/preserved-fd \d+ of 90/);
});

/** A Unix socket on which descriptors arrive. */
function listenAt(path: string): number {
  const fd = invoke(
    socket(SocketFamily.UNIX, SocketType.STREAM | SocketType.CLOEXEC),
  );
  invoke(bind(fd, unixAddress(path)));
  invoke(listen(fd, 1));
  return fd;
}

test("a pidfd of the first process, and of an executed one, is sent to a socket", async (context) => {
  requires(context, ...NEEDS);
  const bundle = new Bundle().configure(WAITING);
  const id = uniqueId();
  const path = join(bundle.directory, "pidfd.sock");
  const pidFile = join(bundle.directory, "pid");
  const listener = listenAt(path);
  const how = ["--pidfd-socket", path, "--pid-file", pidFile];
  const pidSent = () => {
    const connection = invoke(accept4(listener, SocketType.CLOEXEC));
    const [pidfd = -1] = receiveFds(connection, 1);
    closeSync(connection);
    expect(readlinkSync(`/proc/self/fd/${pidfd}`)).toContain("pidfd");
    const info = readFileSync(`/proc/self/fdinfo/${pidfd}`, "utf8");
    closeSync(pidfd);
    return /^Pid:\s+(\d+)$/m.exec(info)?.[1];
  };
  const created = await bundle.minibox("create", ...how, id);
  expect([created.code, created.stderr]).toEqual([0, ""]);
  expect(pidSent()).toBe(readFileSync(pidFile, "utf8"));
  await bundle.minibox("start", id);
  const executed = await bundle.minibox(
    ...["exec", "-d", ...how, id, "sleep", "100"],
  );
  expect([executed.code, executed.stderr]).toEqual([0, ""]);
  expect(pidSent()).toBe(readFileSync(pidFile, "utf8"));
  closeSync(listener);
});

/** A datagram socket at a path, or connected to one. */
function datagrams(act: typeof bind, path: string): number {
  const fd = invoke(
    socket(SocketFamily.UNIX, SocketType.DGRAM | SocketType.CLOEXEC),
  );
  invoke(act(fd, unixAddress(path)));
  return fd;
}

test.each(["start", "run"])(
  "%s tells NOTIFY_SOCKET that the program is ready when that says so, and its pid",
  async (command) => {
    const script = `test "$NOTIFY_SOCKET" = /run/notify/notify.sock || exit 3; ${WAITING}`;
    const bundle = new Bundle().configure(script);
    const id = uniqueId();
    const path = join(bundle.directory, "host.sock");
    const host = datagrams(bind, path);
    const notified = (...words: string[]) =>
      bundle.command(
        ...["env", `NOTIFY_SOCKET=${path}`, programOf(ROOT)],
        ...["--root", bundle.state, ...words],
      );
    if (command === "start") await notified("create", id);
    const waits =
      command === "start"
        ? notified("start", id)
        : notified("run", "--detach", id);
    // the container's own socket, as it is seen from outside
    const inside = join(bundle.state, id, "notify/notify.sock");
    await expect.poll(() => existsSync(inside), { timeout: 10_000 }).toBe(true);
    const program = datagrams(connect, inside);
    invoke(sendmsg(program, { data: "STATUS=beginning" }));
    invoke(sendmsg(program, { data: "STATUS=done\nREADY=1" }));
    closeSync(program);
    const received = async () => {
      const buffer = messageBuffer({ dataBytes: 100, fds: 1 });
      const length = await invokeAsync(recvmsg(host, buffer));
      const { data, fds } = parseMessage(buffer, length);
      for (const fd of fds) closeSync(fd);
      return Buffer.from(data).toString();
    };
    expect(await received()).toBe("READY=1\n");
    const { stdout } = await bundle.minibox("state", id);
    const { pid } = JSON.parse(stdout) as { pid: number };
    expect(await received()).toBe(`MAINPID=${pid}\n`);
    // its descriptor, when it is closed, tells that all was read
    expect(await received()).toBe("BARRIER=1");
    const { code, stderr } = await waits;
    expect([code, stderr]).toEqual([0, ""]);
    closeSync(host);
  },
  30_000,
);

test("signals to run and exec reach the process as they are", async (context) => {
  const { bundle, id } = await running(context);
  const script = 'trap "echo got; exit 9" TERM; echo ready; sleep 100 & wait';
  const begin = (...words: string[]) =>
    spawn(programOf(ROOT), ["--root", bundle.state, ...words], {
      cwd: bundle.directory,
      stdio: ["ignore", "pipe", "inherit"],
    });
  const executed = begin("exec", id, "sh", "-c", script);
  const other = new Bundle().configure(script);
  const ran = begin("run", "--bundle", other.directory, uniqueId());
  for (const child of [executed, ran]) {
    await once(child.stdout, "data");
    child.kill("SIGTERM");
    const [code] = (await once(child, "exit")) as [number | null];
    expect(code).toBe(9);
  }
  const sleeping = begin("exec", id, "sleep", "100");
  await new Promise((resolve) => setTimeout(resolve, 1000));
  sleeping.kill("SIGTERM");
  const [code] = (await once(sleeping, "exit")) as [number | null];
  expect(code).toBe(128 + 15);
});

test("checkpoint and restore are errors that say why", async (context) => {
  const { bundle, id } = await running(context);
  for (const command of ["checkpoint", "restore"]) {
    const { code, stderr } = await bundle.minibox(
      ...[command, "--leave-running", id],
    );
    expect(code).toBe(1);
    expect(stderr).toContain("does not use CRIU");
  }
});

test("every command has a help, which lists its flags", async (context) => {
  requires(context, ...NEEDS);
  const bundle = new Bundle();
  const { stdout } = await bundle.minibox("exec", "--help");
  expect(stdout).toContain("minibox exec [command options] ID");
  expect(stdout).toMatch(/^ {3}--process value, -p value +\S/m);
  for (const command of ["create", "state", "delete", "update", "events"])
    expect(await bundle.minibox(command, "-h")).toMatchObject({
      code: 0,
      stderr: "",
      stdout: expect.stringContaining(`minibox ${command}`) as string,
    });
});

test("--plan prints what create and run would do, and does nothing", async (context) => {
  requires(context, ...NEEDS);
  const bundle = new Bundle().configure("true");
  const id = uniqueId();
  for (const words of [
    ["create", "--plan", id],
    ["run", "--plan", id],
    ["run", "--bundle", bundle.directory, "--plan", id],
  ]) {
    const { code, stdout, stderr } = await bundle.minibox(...words);
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(/^ *\d+ {2}pivot_root\("\.", "\."\)/m);
    expect(stdout).toMatch(/\/cgroup\/.*(tasks|cgroup.procs)/m);
  }
  expect((await bundle.minibox("list", "-q")).stdout).toBe("");
});

test("--debug logs what is done", async (context) => {
  requires(context, ...NEEDS);
  const bundle = new Bundle().configure("true");
  const id = uniqueId();
  const { code, stderr } = await bundle.minibox("--debug", "run", id);
  expect(code).toBe(0);
  expect(stderr).toMatch(/level=debug msg="minibox .*run/);
  expect(stderr).toMatch(/level=debug msg="process \d+ waits to be started"/);
});
