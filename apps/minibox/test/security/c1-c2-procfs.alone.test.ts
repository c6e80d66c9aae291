import {
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { requires, run } from "@ns/testkit";
import { expect, test } from "vitest";
import { Bundle, uniqueId } from "../internal/bundle.ts";
import { describeTree } from "./internal/canary.ts";
import { NEEDS } from "./internal/probe.ts";

/** What would stand between a write to /proc and the kernel. */
const COVERS = [
  { destination: "/proc/self/attr", type: "tmpfs", source: "tmpfs" },
  { destination: "/proc/self/attr/exec", source: "/proc/sysrq-trigger" },
  { destination: "/proc/self/oom_score_adj", source: "/proc/sysrq-trigger" },
  { destination: "/proc/sys/net", source: "/proc/sys/kernel" },
  { destination: "/tmp/../proc/self", type: "tmpfs", source: "tmpfs" },
  { destination: "//proc/./sys/", type: "tmpfs", source: "tmpfs" },
] as const;

test.for(COVERS)(
  "C1: nothing is mounted at $destination",
  async (cover, context) => {
    requires(context, ...NEEDS);
    const mount = "type" in cover ? cover : { ...cover, options: ["bind"] };
    const bundle = new Bundle().configure("true", (config) => {
      config.mounts = [...(config.mounts ?? []), mount];
    });
    const { code, stderr } = await bundle.minibox("create", uniqueId());
    expect(code).toBe(1);
    expect(stderr).toContain("inside /proc");
  },
);

/** Files where the kernel's would be. */
function fakeProc(directory: string): string {
  for (const name of ["self", "sys/net/ipv4"])
    mkdirSync(join(directory, name), { recursive: true });
  for (const name of ["self/oom_score_adj", "sys/net/ipv4/ip_forward"])
    writeFileSync(join(directory, name), "fake");
  return directory;
}

async function settingsOf(bundle: Bundle, id: string): Promise<string[]> {
  const state = await bundle.minibox("state", id);
  const { pid } = JSON.parse(state.stdout) as { pid: number };
  const network = ["--target", String(pid), "--net"];
  const { stdout } = await run("nsenter", [
    ...[...network, "cat", "/proc/sys/net/ipv4/ip_forward"],
  ]);
  const score = readFileSync(`/proc/${pid}/oom_score_adj`, "utf8");
  return [score.trim(), stdout.trim()];
}

function configure(bundle: Bundle, withProc: boolean): void {
  bundle.configure("sleep 100", (config) => {
    if (!withProc)
      config.mounts = (config.mounts ?? []).filter(
        ({ type }) => type !== "proc",
      );
    config.linux = {
      ...config.linux,
      sysctl: { "net.ipv4.ip_forward": "1" },
      maskedPaths: [],
      readonlyPaths: [],
    };
    if (config.process !== undefined) config.process.oomScoreAdj = 123;
  });
}

test("C1: settings reach the kernel, though the image has files where it should be", async (context) => {
  requires(context, ...NEEDS);
  const bundle = new Bundle();
  const fake = fakeProc(join(bundle.rootfs, "proc"));
  const before = describeTree(fake);
  configure(bundle, false);
  const id = uniqueId();
  expect(await bundle.minibox("create", id)).toMatchObject({ code: 0 });
  expect(describeTree(fake)).toEqual(before);
  expect(await settingsOf(bundle, id)).toEqual(["123", "1"]);
});

test("C1: or leads a volume there by a link", async (context) => {
  requires(context, ...NEEDS);
  const bundle = new Bundle();
  symlinkSync("/proc/sys", join(bundle.rootfs, "data"));
  rmSync(join(bundle.rootfs, "tmp"), { recursive: true });
  const volume = fakeProc(join(bundle.directory, "volume"));
  const before = describeTree(volume);
  configure(bundle, true);
  const path = join(bundle.directory, "config.json");
  const config = JSON.parse(readFileSync(path, "utf8")) as {
    mounts: unknown[];
  };
  config.mounts.push({
    ...{ destination: "/data/net", source: join(volume, "sys/net") },
    options: ["rbind"],
  });
  bundle.write(JSON.stringify(config));
  const id = uniqueId();
  expect(await bundle.minibox("create", id)).toMatchObject({ code: 0 });
  expect(describeTree(volume)).toEqual(before);
  expect(await settingsOf(bundle, id)).toEqual(["123", "1"]);
});

test.for([[], ["--no-pivot"]])(
  "C2: whoever makes a user namespace inside gets no whole /proc: %s",
  async (options, context) => {
    requires(context, ...NEEDS);
    const bundle = new Bundle().configure(
      "unshare -r true && echo unshared; unshare -m -r -p -f sh -c 'mount -t proc proc /tmp && echo whole'; mount -t proc proc /tmp 2>/dev/null && echo mounted; true",
      ({ process }) => {
        // to map root of the container to root of a user namespace takes CAP_SETFCAP
        const all = ["CAP_SETFCAP", "CAP_SETUID", "CAP_SETGID"];
        if (process !== undefined)
          process.capabilities = {
            ...{ bounding: all, effective: all, permitted: all },
          };
      },
    );
    const { stdout, stderr } = await bundle.minibox(
      ...["run", ...options, uniqueId()],
    );
    expect(stdout).toBe("unshared\n");
    expect(stderr).toContain("mount: permission denied");
  },
);
