import {
  closeSync,
  openSync,
  readdirSync,
  readlinkSync,
  rmSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  AtFlags,
  CloneFlags,
  FileMode,
  invoke,
  mknodat,
  sethostname,
} from "@ns/syscalls";
import { requires, root } from "@ns/testkit";
import { expect, onTestFinished, test } from "vitest";
import { spawn } from "../src/index.ts";

let count = 0;

function openFifo(): { readonly path: string; readonly fd: number } {
  const path = join(tmpdir(), `hold-${process.pid}-${count++}`);
  invoke(mknodat(AtFlags.FDCWD, path, FileMode.IFIFO | 0o600));
  const fd = openSync(path, "r+");
  onTestFinished(() => {
    closeSync(fd);
    rmSync(path);
  });
  return { path, fd };
}

test("a command that is held begins when a byte comes", async () => {
  const { fd } = openFifo();
  const child = spawn("sh", ["-c", "exit 3"], { hold: fd, stdio: "ignore" });
  const { pid } = await child.spawned;
  expect(readlinkSync(`/proc/${pid}/exe`)).toContain("nsinit");
  writeSync(fd, ".");
  expect((await child.exited).code).toBe(3);
});

test("a command that is held has no descriptor but its own and the one it waits at", async () => {
  const { path, fd } = openFifo();
  const child = spawn("true", [], { hold: fd, stdio: "ignore" });
  const { pid } = await child.spawned;
  const links = readdirSync(`/proc/${pid}/fd`).map((each) =>
    readlinkSync(`/proc/${pid}/fd/${each}`),
  );
  expect(links).toEqual(["/dev/null", "/dev/null", "/dev/null", path]);
  writeSync(fd, ".");
  expect((await child.exited).code).toBe(0);
});

test.each([
  ["nosuch-command", "ENOENT"],
  ["/nosuch/command", "ENOENT"],
  ["/etc/passwd", "EACCES"],
  ["/etc", "EACCES"],
])(
  "a command that cannot be executed is told before it waits: %s",
  async (file, code) => {
    const { fd } = openFifo();
    const child = spawn(file, [], { hold: fd, stdio: "ignore" });
    await expect(child.spawned).rejects.toMatchObject({
      code,
      syscall: "execve",
    });
  },
);

test("a file that is no program ends with 126 once it is started", async () => {
  const { fd } = openFifo();
  const child = spawn("/sys/kernel/vmcoreinfo", [], {
    hold: fd,
    stdio: "ignore",
  });
  await expect(child.spawned).rejects.toMatchObject({ code: "EACCES" });
});

test("a process that is killed while it is held has ended so", async () => {
  const { fd } = openFifo();
  const child = spawn("true", [], { hold: fd, stdio: "ignore" });
  await child.spawned;
  child.kill("SIGKILL");
  expect((await child.exited).signal).toBe("SIGKILL");
});

test("a pause comes before the steps after it, with the process's pid", async (context) => {
  requires(context, root);
  let name = "";
  const child = spawn("hostname", [], {
    cloneflags: CloneFlags.NEWUTS,
    setup: [sethostname("before"), sethostname("after")],
    pause: {
      after: 1,
      async run(pid) {
        const look = spawn("hostname", [], {
          join: [{ pid, kinds: CloneFlags.NEWUTS }],
        });
        look.stdout?.on("data", (chunk: Buffer) => (name += chunk.toString()));
        await look.exited;
      },
    },
  });
  let last = "";
  child.stdout?.on("data", (chunk: Buffer) => (last += chunk.toString()));
  await new Promise((resolve) => child.once("close", resolve));
  expect([name, last]).toEqual(["before\n", "after\n"]);
});

test("what goes wrong in a pause is the child's failure, and the command does not run", async () => {
  const child = spawn("true", [], {
    pause: { after: 0, run: () => Promise.reject(new Error("no")) },
    stdio: "ignore",
  });
  await expect(child.exited).rejects.toThrow("no");
});
