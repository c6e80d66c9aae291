import { createHash } from "node:crypto";
import { chmodSync, existsSync, globSync, readFileSync } from "node:fs";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { checkoutFor, requires } from "@ns/testkit";
import { expect, test } from "vitest";
import { Bundle, uniqueId } from "../internal/bundle.ts";
import {
  addProbe,
  NEEDS,
  RACE_SECONDS,
  repeatedly,
  startRacer,
} from "./internal/probe.ts";

const ENGINES = [
  { engine: "the executable", words: [] },
  { engine: "Node", words: ["env", "MINIBOX_RUNTIME=node"] },
] as const;

/** What the host executes when a container is made, and the hash of each. */
function runtimeFiles(): Record<string, string> {
  const minibox = join(checkoutFor(0), "apps/minibox");
  const paths = globSync(
    [
      "bin/minibox",
      "executable/minibox",
      "dist/*.cjs",
      "native/*",
      "node_modules/node-linux-*/bin/node",
      "../../packages/spawn/native/nsinit-*",
    ],
    { cwd: minibox },
  );
  expect(paths.length).toBeGreaterThan(5);
  return Object.fromEntries(
    paths.map((path) => {
      const content = readFileSync(join(minibox, path));
      return [path, createHash("sha256").update(content).digest("hex")];
    }),
  );
}

test.for(ENGINES)(
  "A1: who loops over /proc/N/exe in a container cannot write to what exec runs: $engine",
  { timeout: (RACE_SECONDS + 60) * 1000 },
  async ({ words }, context) => {
    requires(context, ...NEEDS);
    const before = runtimeFiles();
    const bundle = addProbe(new Bundle());
    bundle.configure("while :; do sleep 1; done", ({ process }) => {
      // more than containers have by default: what it cannot do with these, it cannot do
      const all = [
        ...["CAP_SYS_PTRACE", "CAP_DAC_OVERRIDE", "CAP_SYS_ADMIN"],
        ...["CAP_DAC_READ_SEARCH", "CAP_KILL"],
      ];
      if (process !== undefined)
        process.capabilities = {
          ...{ bounding: all, permitted: all, effective: all },
        };
    });
    const id = uniqueId();
    await bundle.through(words, "run", "--detach", id);
    const pid = pidOf(await bundle.minibox("state", id));
    const racer = await startRacer("nsenter", [
      ...["--target", String(pid), "--mount", "--pid", "--root", "--wd"],
      ...["/bin/probe", "write-exe", String(RACE_SECONDS)],
    ]);
    const rounds = await repeatedly(RACE_SECONDS - 0.5, async () => {
      const { code } = await bundle.through(words, "exec", id, "true");
      expect(code).toBe(0);
    });
    const counts = /^seen (\d+) held (\d+) written (\d+)$/.exec(
      await racer.ended,
    );
    expect(counts).not.toBeNull();
    console.log(`${rounds} times exec: ${counts?.[0]}`);
    // else nothing was there to be written to
    expect(Number(counts?.[1])).toBeGreaterThan(0);
    expect(counts?.[3]).toBe("0");
    expect(runtimeFiles()).toEqual(before);
  },
);

test.for(ENGINES)(
  "A1: a program whose interpreter is /proc/self/exe does not run what made the container: $engine",
  async ({ words }, context) => {
    requires(context, ...NEEDS);
    const before = runtimeFiles();
    const bundle = new Bundle().configure("", ({ process }) => {
      if (process !== undefined) process.args = ["/entry"];
    });
    const entry = join(bundle.rootfs, "entry");
    writeFileSync(entry, "#!/proc/self/exe --version\n");
    chmodSync(entry, 0o755);
    const { code, stdout } = await bundle.through(words, "run", uniqueId());
    expect({ ok: code === 0, stdout }).toEqual({ ok: false, stdout: "" });
    expect(runtimeFiles()).toEqual(before);
    expect(existsSync(entry)).toBe(true);
  },
);

function pidOf({ stdout }: { readonly stdout: string }): number {
  return (JSON.parse(stdout) as { pid: number }).pid;
}
