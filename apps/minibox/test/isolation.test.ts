import {
  chmodSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
} from "node:fs";
import { createServer } from "node:net";
import { describe, expect, onTestFinished, test } from "vitest";
import {
  CALLERS,
  inside,
  minibox,
  nodeOf,
  requiresCaller,
} from "./internal/callers.ts";

const KINDS = ["mnt", "pid", "uts", "ipc", "cgroup", "net", "user"] as const;

const ofHost = (kind: string): string => readlinkSync(`/proc/self/ns/${kind}`);

describe.each(CALLERS)("run by $who", (caller) => {
  test("a command is root, PID 1 and nearly alone, under a name of its own", async (context) => {
    requiresCaller(context, caller);
    const script = 'hostname; id -u; echo $$; ls /proc | grep -c "^[0-9]"';
    const [hostname, uid, pid, processes] = (
      await inside(caller, script)
    ).split("\n");
    expect(hostname).toMatch(/^[0-9a-f]{12}$/);
    expect(hostname).not.toBe(
      readFileSync("/proc/sys/kernel/hostname", "utf8").trim(),
    );
    expect([uid, pid]).toEqual(["0", "1"]);
    // the shell, ls and grep
    expect(Number(processes)).toBeLessThanOrEqual(3);
  });

  test("two containers have different names", async (context) => {
    requiresCaller(context, caller);
    const [one, other] = await Promise.all([
      inside(caller, "hostname"),
      inside(caller, "hostname"),
    ]);
    expect(one).not.toBe(other);
  });

  test("every namespace is its own, but root's user namespace", async (context) => {
    requiresCaller(context, caller);
    const links = await inside(
      caller,
      `cd /proc/self/ns; for kind in ${KINDS.join(" ")}; do readlink $kind; done`,
    );
    const shared = links
      .split("\n")
      .filter((link, i) => link === ofHost(KINDS[i] ?? ""));
    expect(shared).toEqual(caller.uid === 0 ? [ofHost("user")] : []);
  });

  test("lo is up and the only interface", async (context) => {
    requiresCaller(context, caller);
    const script =
      "ls /sys/class/net; tail -n +3 /proc/net/dev | cut -d: -f1; cat /sys/class/net/lo/flags";
    // IFF_UP | IFF_LOOPBACK
    expect((await inside(caller, script)).split(/\s+/)).toEqual([
      "lo",
      "lo",
      "0x9",
    ]);
  });

  test("127.0.0.1 answers inside, and nothing of the host's does", async (context) => {
    requiresCaller(context, caller);
    const connect = `
      const net = require("node:net");
      const server = net.createServer((socket) => socket.end("hello")).listen(0, "127.0.0.1", () => {
        net.connect(server.address().port, "127.0.0.1").on("data", (data) => {
          console.log(String(data));
          server.close();
          net.connect(53, "1.1.1.1").on("error", (error) => console.log(error.code));
        });
      });`;
    const { stdout, stderr } = await minibox(caller, [
      "run",
      "--",
      nodeOf(caller),
      "-e",
      connect,
    ]);
    expect({ stdout, stderr }).toEqual({
      stdout: "hello\nENETUNREACH\n",
      stderr: "",
    });
  });

  test("--net host is the host's network, and only that", async (context) => {
    requiresCaller(context, caller);
    const script =
      "readlink /proc/self/ns/net /proc/self/ns/pid; ls /sys/class/net | tr '\\n' ' '; echo; touch /sys/x 2>&1";
    const text = await inside(caller, `${script} || true`, {
      options: ["--net", "host"],
    });
    const [net, pid, interfaces, refused] = text.split("\n");
    const hosts =
      readFileSync("/proc/net/dev", "utf8").match(/^\s*\S+(?=:)/gm) ?? [];
    expect(net).toBe(ofHost("net"));
    expect(pid).not.toBe(ofHost("pid"));
    expect(interfaces?.trim().split(" ").sort()).toEqual(
      hosts.map((name) => name.trim()).sort(),
    );
    expect(refused).toContain("Read-only file system");
  });

  test("System V queues and shared memory are its own", async (context) => {
    requiresCaller(context, caller);
    expect(
      await inside(
        caller,
        "cat /proc/sysvipc/msg /proc/sysvipc/shm /proc/sysvipc/sem | wc -l",
      ),
    ).toBe("3");
  });

  test("the host's Unix sockets do not answer", async (context) => {
    requiresCaller(context, caller);
    const directory = mkdtempSync("/var/tmp/minibox-socket-");
    const server = createServer((socket) => socket.end("the host"));
    const abstract = createServer((socket) => socket.end("the host"));
    onTestFinished(() => {
      server.close();
      abstract.close();
      rmSync(directory, { recursive: true });
    });
    await new Promise<void>((resolve) =>
      server.listen(`${directory}/socket`, resolve),
    );
    await new Promise<void>((resolve) =>
      abstract.listen(`\0${directory}`, resolve),
    );
    for (const path of [directory, `${directory}/socket`])
      chmodSync(path, 0o777);
    const connect = `
      for (const path of ["${directory}/socket", "\\0${directory}"]) {
        const socket = require("node:net").connect(path);
        socket.on("error", ({ code }) => console.log(code)).on("data", (data) => console.log(String(data)));
      }`;
    const { stdout } = await minibox(caller, [
      "run",
      "--",
      nodeOf(caller),
      "-e",
      connect,
    ]);
    expect(stdout).toBe("ECONNREFUSED\nECONNREFUSED\n");
  });
});
