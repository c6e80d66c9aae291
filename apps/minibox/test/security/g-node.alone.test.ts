import { mkdirSync, readFileSync, writeFileSync, existsSync } from "node:fs";
import { join } from "node:path";
import { rawSyscall, rawSyscallAsync, close, openat } from "@ns/syscalls";
import { program, requires, root } from "@ns/testkit";
import { describe, expect, test } from "vitest";
import { Bundle, uniqueId } from "../internal/bundle.ts";
import { ask, library } from "./internal/ask-library.ts";
import { NEEDS, probePath } from "./internal/probe.ts";

describe("a Node that runs a container", () => {
  test(
    "G6: passes on nothing that it has open: sockets, watchers, workers, an inspector, directories",
    { timeout: 60_000 },
    async (context) => {
      requires(context, root, program("gcc"));
      const { output } = (await ask(
        library("run-with-all-open", probePath(), "fds"),
      )) as { output: string };
      expect(
        output
          .trim()
          .split("\n")
          .map((line) => parseInt(line)),
      ).toEqual([0, 1, 2]);
    },
  );

  test(
    "G7: tells children apart from those of child_process",
    { timeout: 60_000 },
    async (context) => {
      requires(context, root);
      const each = Array.from({ length: 12 }, (_, i) => i);
      expect(await ask(library("statuses"))).toEqual({
        ...{ theirs: each, ours: each.map((status) => status + 20) },
      });
    },
  );

  test(
    "G7: gives a command no signal that is ignored or blocked",
    { timeout: 60_000 },
    async (context) => {
      requires(context, root);
      const { output } = (await ask(
        library("run", "sh", "-c", "grep -E '^Sig(Blk|Ign)' /proc/self/status"),
      )) as { output: string };
      expect(output).toBe(
        "SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n",
      );
    },
  );

  test(
    "G8: is not kept by a start, though there are three gibibytes in its heap",
    { timeout: 180_000 },
    async (context) => {
      requires(context, root);
      const least = async (megabytes: number): Promise<number> => {
        const [file = "", ...args] = library("blocked", String(megabytes));
        const words = [file, "--max-old-space-size=8192", ...args];
        const times = (await ask(words, 160_000)) as number[];
        expect(times).toHaveLength(20);
        // others use this machine, too
        return Math.min(...times);
      };
      const full = await least(3072);
      expect(full).toBeLessThan(5);
      expect(full - (await least(1))).toBeLessThan(2);
    },
  );
});

test("G3: an errno is that of its own call, whatever others fail meanwhile, here and on the pool", async () => {
  const { nr } = openat(-1, "", 0);
  const pending: Promise<number>[] = [];
  for (let i = 0; i < 500; i++) {
    // a bad address there, a descriptor that is none here
    pending.push(rawSyscallAsync(nr, -100, 0, 0));
    expect(rawSyscall(nr, -100, 0, 0)).toBe(-14);
    expect(rawSyscall(close(-1).nr, -1)).toBe(-9);
    if (i % 50 === 0) await new Promise(setImmediate);
  }
  expect(new Set(await Promise.all(pending))).toEqual(new Set([-14]));
});

test("G4: what waits in a container has no environment and nothing of the host's in its arguments", async (context) => {
  requires(context, ...NEEDS);
  const bundle = new Bundle().configure("true");
  const id = uniqueId();
  await bundle.through(["env", "SECRET_OF_OURS=1"], "create", id);
  const state = await bundle.minibox("state", id);
  const { pid } = JSON.parse(state.stdout) as { pid: number };
  expect(readFileSync(`/proc/${pid}/environ`, "utf8")).toBe("");
  expect(readFileSync(`/proc/${pid}/cmdline`, "utf8")).toMatch(
    /^nsinit\0\d+\0$/,
  );
});

test(
  "G4: nor does root in a container find any in what exec makes there",
  { timeout: 60_000 },
  async (context) => {
    requires(context, ...NEEDS);
    const watching =
      "while :; do grep -l -s SECRET_OF_OURS /proc/[0-9]*/environ /proc/[0-9]*/cmdline; done >/tmp/found";
    const bundle = new Bundle().configure(watching, (config) => {
      config.root = { path: "rootfs", readonly: false };
      const all = ["CAP_SYS_PTRACE", "CAP_DAC_OVERRIDE"];
      if (config.process !== undefined)
        config.process.capabilities = {
          bounding: all,
          effective: all,
          permitted: all,
        };
    });
    const id = uniqueId();
    await bundle.minibox("run", "--detach", id);
    for (let i = 0; i < 20; i++)
      await bundle.through(["env", "SECRET_OF_OURS=1"], "exec", id, "true");
    const found = readFileSync(join(bundle.rootfs, "tmp/found"), "utf8");
    // the watching shell itself and grep
    const others = found.split("\n").filter((line) => line.endsWith("environ"));
    expect(others).toEqual([]);
  },
);

const ENGINES = [
  { engine: "the executable", words: [] },
  { engine: "Node", words: ["env", "MINIBOX_RUNTIME=node"] },
] as const;

test.for(ENGINES)(
  "G5: neither variables nor files of the current directory bring code in: $engine",
  async ({ words }, context) => {
    requires(context, ...NEEDS);
    const bundle = new Bundle().configure("echo mine");
    const at = (name: string): string => join(bundle.directory, name);
    const evil = `require("fs").writeFileSync(${JSON.stringify(at("evil-ran"))}, "")`;
    for (const name of ["koffi", "@ns/syscalls", "valibot"]) {
      mkdirSync(at(`node_modules/${name}`), { recursive: true });
      writeFileSync(at(`node_modules/${name}/index.js`), evil);
    }
    writeFileSync(at("evil.cjs"), evil);
    writeFileSync(at("bunfig.toml"), `preload = ["./evil.cjs"]\n`);
    writeFileSync(at(".env"), `NODE_OPTIONS=--require=${at("evil.cjs")}\n`);
    const { stdout } = await bundle.through(
      [
        ...["env", `NODE_OPTIONS=--require=${at("evil.cjs")}`],
        ...[
          `BUN_OPTIONS=--preload=${at("evil.cjs")}`,
          `NODE_PATH=${at("node_modules")}`,
        ],
        ...[`OPENSSL_CONF=${at("evil.cjs")}`, ...words],
      ],
      ...["run", uniqueId()],
    );
    expect(stdout).toBe("mine\n");
    expect(existsSync(at("evil-ran"))).toBe(false);
  },
);
