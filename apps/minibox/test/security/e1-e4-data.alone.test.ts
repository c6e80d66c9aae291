import { createHash } from "node:crypto";
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { checkContainerId } from "@ns/oci";
import { requires } from "@ns/testkit";
import fc from "fast-check";
import { expect, onTestFinished, test } from "vitest";
import { Bundle, type Draft, uniqueId } from "../internal/bundle.ts";
import { NEEDS } from "./internal/probe.ts";

const hash = (text: string): string =>
  createHash("sha256").update(text).digest("hex");

test("E1: an environment of a megabyte arrives whole, and what comes after it", async (context) => {
  requires(context, ...NEEDS);
  const env = Array.from({ length: 12 }, (_, i) =>
    `V${i}=${String(i).repeat(100_000)}`.slice(0, 100_000),
  );
  const script =
    'for i in 0 1 2 3 4 5 6 7 8 9 10 11; do eval "printf %s \\"V$i=\\$V$i\\"" | sha256sum | cut -d\' \' -f1; done; pwd; id -u';
  const bundle = new Bundle().configure(script, ({ process }) => {
    if (process === undefined) return;
    process.env = ["PATH=/bin", ...env];
    process.cwd = "/tmp";
    process.user = { uid: 1000, gid: 1000 };
  });
  const { stdout } = await bundle.minibox("run", uniqueId());
  expect(stdout.trim().split("\n")).toEqual([...env.map(hash), "/tmp", "1000"]);
});

/** So many lines of one id each, short ones: the kernel takes less than a page of them. */
function mapsOf({ linux = {} }: Draft, lines: number): void {
  const map = Array.from({ length: lines }, (_, i) => ({
    ...{ containerID: i, hostID: i, size: 1 },
  }));
  linux.uidMappings = map;
  linux.gidMappings = structuredClone(map);
  linux.namespaces = [...(linux.namespaces ?? []), { type: "user" }];
}

test("E1: as many id maps as the kernel takes arrive, each", async (context) => {
  requires(context, ...NEEDS);
  const bundle = new Bundle().configure("cat /proc/self/uid_map", (config) => {
    mapsOf(config, 340);
  });
  const { stdout } = await bundle.minibox("run", uniqueId());
  const lines = stdout
    .trim()
    .split("\n")
    .map((line) => line.trim().split(/\s+/).map(Number));
  expect(lines).toEqual(Array.from({ length: 340 }, (_, i) => [i, i, 1]));
});

test("E1: one more is an error, and so is a path of 64 KiB", async (context) => {
  requires(context, ...NEEDS);
  const tooMany = new Bundle().configure("true", (config) => {
    mapsOf(config, 341);
  });
  const tooLong = new Bundle().configure("true", ({ linux = {} }) => {
    linux.namespaces = (linux.namespaces ?? []).map((each) =>
      each.type === "network"
        ? { ...each, path: "/proc/../".repeat(8192) }
        : each,
    );
  });
  for (const bundle of [tooMany, tooLong]) {
    const { code, stderr } = await bundle.minibox("create", uniqueId());
    expect(code).toBe(1);
    expect(stderr).toMatch(/340|ENAMETOOLONG|EINVAL/);
    expect(bundle.ids()).toEqual([]);
  }
});

const NO_IDS = [
  ...["..", ".", "", "../x", "a/b", "/a", ".a", "a b", "a\n", "a".repeat(256)],
  ...["a\\b", "ä", "a/../../b"],
];

test(
  "E2: an id leads nowhere, whatever the command",
  { timeout: 60_000 },
  async (context) => {
    requires(context, ...NEEDS);
    const bundle = new Bundle().configure("true");
    const before = readdirSync(bundle.directory);
    for (const id of NO_IDS) {
      for (const command of [["create"], ["delete", "--force"]]) {
        const { code, stderr } = await bundle.minibox(...command, "--", id);
        expect({ id, command, code }).toEqual({ id, command, code: 1 });
        expect(stderr).toMatch(/invalid container id|argument/);
      }
    }
    expect(
      readdirSync(bundle.directory).filter(
        (name) => !/^(?:out|err)-|^state$/.test(name),
      ),
    ).toEqual(before.filter((name) => !/^(?:out|err)-|^state$/.test(name)));
  },
);

test("E2: an id that passes is one name, and not hidden", () => {
  const id = fc.string({
    unit: fc.constantFrom(...Array.from("ab._-+/ \0\n~é")),
    maxLength: 8,
  });
  fc.assert(
    fc.property(id, (each) => {
      let passes = true;
      try {
        checkContainerId(each);
      } catch {
        // refused
        passes = false;
      }
      const isName =
        join("/run", each) === `/run/${each}` && /^[^./~][^/]*$/.test(each);
      expect(passes && !isName).toBe(false);
    }),
  );
});

test("E2: what is kept of a container is its owner's alone, whatever the umask", async (context) => {
  requires(context, ...NEEDS);
  const bundle = new Bundle().configure("true");
  const id = uniqueId();
  await bundle.through(["sh", "-c", 'umask 0; exec "$@"', "sh"], "create", id);
  const directory = join(bundle.state, id);
  const paths = [
    bundle.state,
    directory,
    ...readdirSync(directory).map((name) => join(directory, name)),
  ];
  expect(paths.length).toBeGreaterThan(4);
  for (const path of paths)
    expect([path, statSync(path).mode & 0o077]).toEqual([path, 0]);
});

test.for([
  ["0777", 0],
  ["0770", 0],
  ["0700", 1000],
] as const)(
  "E2: nothing is kept where others may write: mode %s, user %i",
  async ([mode, uid], context) => {
    requires(context, ...NEEDS);
    const bundle = new Bundle().configure("true");
    mkdirSync(bundle.state);
    onTestFinished(() => {
      // or nothing would be removed from there either
      chmodSync(bundle.state, 0o700);
      chownSync(bundle.state, 0, 0);
    });
    chmodSync(bundle.state, parseInt(mode, 8));
    chownSync(bundle.state, uid, uid);
    const { code, stderr } = await bundle.minibox("create", uniqueId());
    expect(code).toBe(1);
    expect(stderr).toContain("others may write there");
    expect(readdirSync(bundle.state)).toEqual([]);
  },
);

/** What other runtimes, and engines, take for instructions. */
const ANNOTATIONS = [
  ...["org.criu.config", "run.oci.handler", "run.oci.hooks.stdout"],
  ...[
    "run.oci.hooks.stderr",
    "run.oci.delegate-cgroup",
    "run.oci.systemd.subgroup",
  ],
  ...[
    "run.oci.mount_context_type",
    "run.oci.seccomp.receiver",
    "run.oci.pidfd_receiver",
  ],
  ...["run.oci.keep_original_groups", "run.oci.seccomp_fail_unknown_syscall"],
  ...["run.oci.timens_offset", "run.oci.systemd.force_cgroup_v1"],
  ...["org.systemd.property.ExecStart", "module.wasm.image/variant"],
  ...["io.containerd.runc.v2.binary", "io.kubernetes.cri-o.LogPath"],
  ...["com.docker.network", "nvidia.com/gpu"],
];

test("E3: an annotation changes nothing on the host, and features says so", async (context) => {
  requires(context, ...NEEDS);
  const marker = "made-by-annotation";
  const bundle = new Bundle();
  const script = join(bundle.directory, "script");
  const path = join(bundle.directory, marker);
  writeFileSync(script, `#!/bin/sh\necho >${path}\n`);
  chmodSync(script, 0o755);
  const features = await bundle.minibox("features");
  const { potentiallyUnsafeConfigAnnotations = [] } = JSON.parse(
    features.stdout,
  ) as {
    potentiallyUnsafeConfigAnnotations?: string[];
  };
  expect(potentiallyUnsafeConfigAnnotations).toEqual([]);
  for (const value of [script, path, "wasm", `binary://${script}`]) {
    bundle.configure("echo mine", (config) => {
      config.annotations = Object.fromEntries(
        ANNOTATIONS.map((name) => [name, value]),
      );
    });
    const { code, stdout, stderr } = await bundle.minibox("run", uniqueId());
    expect({ value, code, stdout, stderr }).toEqual({
      value,
      code: 0,
      stdout: "mine\n",
      stderr: "",
    });
    expect(existsSync(path)).toBe(false);
  }
});

/** Those that run outside. */
const HOOKS = ["prestart", "createRuntime", "poststart", "poststop"];

test("E4: a hook has the environment that it is given, not the image's, and not ours", async (context) => {
  requires(context, ...NEEDS);
  const bundle = new Bundle();
  const dump = join(bundle.directory, "dump");
  const text = `#!/bin/sh\n/usr/bin/env -u PWD -u SHLVL -u _ >>${bundle.directory}/seen\n`;
  writeFileSync(dump, text);
  chmodSync(dump, 0o755);
  const evil = [
    "LD_PRELOAD=/proc/self/cwd/x.so",
    "NODE_OPTIONS=--require=/x.js",
    "BASH_ENV=/x",
  ];
  bundle.configure("true", (config) => {
    if (config.process !== undefined)
      config.process.env = ["PATH=/bin", ...evil];
    config.hooks = Object.fromEntries(
      HOOKS.map((name) => [
        name,
        [{ path: dump }, { path: dump, env: [`NAME=${name}`] }],
      ]),
    );
  });
  const { code } = await bundle.through(
    ["env", "SECRET_OF_OURS=1", "BASH_ENV=/nowhere"],
    ...["run", uniqueId()],
  );
  expect(code).toBe(0);
  const seen = readFileSync(join(bundle.directory, "seen"), "utf8").split("\n");
  expect(seen.filter((line) => line !== "")).toEqual([
    ...HOOKS.map((name) => `NAME=${name}`),
  ]);
});
