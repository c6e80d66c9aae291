import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseState } from "@ns/oci";
import { program, requires, root } from "@ns/testkit";
import { expect, type TestContext, test } from "vitest";
import { Bundle, type Draft, uniqueId } from "../internal/bundle.ts";

// nsenter comes with setpriv
const NEEDS = [root, program("busybox"), program("setpriv")] as const;
const PATH = "PATH=/usr/sbin:/usr/bin:/sbin:/bin";

/** A bundle with a volume, whose hooks are scripts that know the container's `pid` and its `rootfs`. */
function hooked(
  scripts: Readonly<Record<string, string>>,
  inside: string,
  change: (config: Draft) => void = () => undefined,
): { readonly bundle: Bundle; readonly log: string } {
  const bundle = new Bundle();
  const log = join(bundle.directory, "log");
  mkdirSync(join(bundle.directory, "volume"));
  writeFileSync(join(bundle.directory, "volume/here"), "");
  const start = `exec >>${log} 2>&1; rootfs=${bundle.rootfs}; state=$(cat); pid=$(echo "$state" | sed 's/.*"pid":\\([0-9]*\\).*/\\1/')`;
  bundle.configure(inside, (config) => {
    // runc 1.1 knows 1.0
    config.ociVersion = "1.0.2";
    const volume = { destination: "/volume", source: "volume", type: "bind" };
    config.mounts?.push({ ...volume, options: ["rbind"] });
    config.hooks = Object.fromEntries(
      Object.entries(scripts).map(([name, script]) => [
        name,
        [
          {
            path: "/bin/sh",
            args: ["sh", "-c", `${start}; ${script}; :`],
            env: [PATH],
          },
        ],
      ]),
    );
    change(config);
  });
  return { bundle, log };
}

type Runner = (bundle: Bundle, id: string) => ReturnType<Bundle["minibox"]>;

const RUNNERS: Readonly<Record<string, Runner>> = {
  minibox: (bundle, id) => bundle.minibox("run", id),
  runc: (bundle, id) => bundle.runtime("runc", "run", id),
};

/** What both runtimes make of the same bundle: the hooks' log, and what the container says. */
async function both(
  context: TestContext,
  make: () => ReturnType<typeof hooked>,
): Promise<Record<string, readonly [log: string, out: string]>> {
  requires(context, ...NEEDS, program("runc"));
  const results: Record<string, readonly [string, string]> = {};
  for (const [name, runIt] of Object.entries(RUNNERS)) {
    const { bundle, log } = make();
    const { stdout, stderr, code } = await runIt(bundle, uniqueId());
    expect([name, code, stderr]).toEqual([name, 0, ""]);
    const text = readFileSync(log, "utf8");
    results[name] = [text.replaceAll(bundle.directory, "BUNDLE"), stdout];
  }
  return results;
}

const LOOK = [
  "look() { $1 ls -d $rootfs/proc/version $rootfs/dev/null $rootfs/volume/here 2>/dev/null; }",
  'echo "$name in $(pwd)"',
  'look ""',
  'echo entered; look "nsenter -t $pid -m"',
  "echo by /proc; ls /proc/$pid/root$rootfs/volume",
].join("; ");

test("prestart, createRuntime and createContainer find the container's mounts where runc's do", async (context) => {
  const names = ["prestart", "createRuntime", "createContainer"];
  const results = await both(context, () =>
    hooked(
      Object.fromEntries(
        names.map((name) => [
          name,
          // of another PID namespace, which createContainer is in, that pid means nothing
          name === "createContainer"
            ? `name=${name}; ${LOOK.replace(/; echo entered.*$/, "")}`
            : `name=${name}; ${LOOK}`,
        ]),
      ),
      "ls /volume",
    ),
  );
  expect(results["minibox"]).toEqual(results["runc"]);
  const [log = "", out] = results["minibox"] ?? [];
  expect(out).toBe("here\n");
  const found =
    "BUNDLE/rootfs/dev/null\nBUNDLE/rootfs/proc/version\nBUNDLE/rootfs/volume/here\n";
  expect(log.split(found)).toHaveLength(4);
});

test("what hooks mount below the root file system is in the container, and nowhere else", async (context) => {
  const results = await both(context, () =>
    hooked(
      {
        createRuntime:
          "nsenter -t $pid -m mount -t tmpfs runtime $rootfs/etc; nsenter -t $pid -m touch $rootfs/etc/runtime; ls $rootfs/etc",
        createContainer:
          "mount -t tmpfs container $rootfs/tmp; touch $rootfs/tmp/container; mount -t tmpfs volume $rootfs/volume; touch $rootfs/volume/covers",
        poststart: "grep -c $rootfs /proc/self/mountinfo",
      },
      "ls /etc /tmp /volume; grep -c ' /etc \\| /tmp \\| /volume ' /proc/self/mountinfo; sleep 0.2",
    ),
  );
  expect(results["minibox"]).toEqual(results["runc"]);
  expect(results["minibox"]).toEqual([
    "0\n",
    "/etc:\nruntime\n\n/tmp:\ncontainer\n\n/volume:\ncovers\n4\n",
  ]);
});

test("nothing of the host's root is left when the program runs", async (context) => {
  requires(context, ...NEEDS);
  const { bundle } = hooked(
    { createContainer: "true" },
    "cut -d' ' -f5 /proc/self/mountinfo; ls -l /proc/self/fd /proc/1/root | grep -c bundle; ls /..",
  );
  const { stdout } = await bundle.minibox("run", uniqueId());
  const without = new Bundle().configure(
    "cut -d' ' -f5 /proc/self/mountinfo; ls -l /proc/self/fd /proc/1/root | grep -c bundle; ls /..",
    (config) => {
      const source = join(bundle.directory, "volume");
      const volume = { destination: "/volume", source, type: "bind" };
      config.mounts?.push({ ...volume, options: ["rbind"] });
    },
  );
  expect(stdout).toBe((await without.minibox("run", uniqueId())).stdout);
});

test.for([
  ["in a user namespace", false],
  ["without pivot_root", true],
] as const)("hooks see the mounts %s, too", async ([, noPivot], context) => {
  requires(context, ...NEEDS);
  const { bundle, log } = hooked(
    {
      createContainer:
        "ls $rootfs/volume; mount -t tmpfs hook $rootfs/tmp; touch $rootfs/tmp/made",
    },
    "ls /tmp",
    (config) => {
      if (noPivot) return;
      const map = [{ containerID: 0, hostID: 0, size: 65_536 }];
      config.linux = {
        ...config.linux,
        namespaces: [...(config.linux?.namespaces ?? []), { type: "user" }],
        uidMappings: map,
        gidMappings: map,
      };
    },
  );
  const flags = noPivot ? ["--no-pivot"] : [];
  const { stdout, stderr } = await bundle.minibox("run", ...flags, uniqueId());
  expect([stdout, stderr, readFileSync(log, "utf8")]).toEqual([
    "made\n",
    "",
    "here\n",
  ]);
});

test("startContainer hooks are the container's: its files, its user, no more rights, only their own environment, before its program", async (context) => {
  requires(context, ...NEEDS);
  const bundle = new Bundle();
  const script =
    "cat >/tmp/state; { id -u; pwd; env | grep -v -e ^_= -e ^PWD= -e ^SHLVL= -e ^PATH=; grep -E 'CapEff|NoNewPrivs' /proc/self/status; tr '\\0' ' ' </proc/1/cmdline | cut -d' ' -f1; } >/tmp/hook";
  bundle.configure("while :; do sleep 0.1; done", (config) => {
    config.hooks = {
      startContainer: [
        { path: "/bin/sh", args: ["sh", "-c", script], env: ["A=b"] },
      ],
    };
    config.mounts?.push({
      ...{ destination: "/tmp", type: "tmpfs", source: "tmpfs" },
      options: ["mode=1777"],
    });
    if (config.process !== undefined)
      Object.assign(config.process, {
        user: { uid: 1000, gid: 1000 },
        cwd: "/etc",
        capabilities: { bounding: ["CAP_KILL"] },
        noNewPrivileges: true,
      });
  });
  const id = uniqueId();
  expect((await bundle.minibox("create", id)).stderr).toBe("");
  const { pid = 0 } = parseState((await bundle.minibox("state", id)).stdout);
  const made = join(`/proc/${pid}/root/tmp/hook`);
  expect(existsSync(made)).toBe(false);
  expect((await bundle.minibox("start", id)).stderr).toBe("");
  expect(readFileSync(made, "utf8")).toBe(
    "1000\n/etc\nA=b\nCapEff:\t0000000000000000\nNoNewPrivs:\t1\nnsinit\n",
  );
  const state = readFileSync(`/proc/${pid}/root/tmp/state`, "utf8");
  expect(parseState(state)).toMatchObject({ id, pid, status: "created" });
});
