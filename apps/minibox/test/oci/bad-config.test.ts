import { existsSync } from "node:fs";
import { join } from "node:path";
import { formatConfig, specExample } from "@ns/oci";
import { program, requires, root } from "@ns/testkit";
import { expect, test } from "vitest";
import { Bundle, uniqueId } from "../internal/bundle.ts";

/** A change of a good configuration, as a path and a value, and what the error has to say. */
const BAD: readonly (readonly [path: string, value: unknown, words: string])[] =
  [
    ["ociVersion", 1, "ociVersion"],
    ["ociVersion", "2.0.0", "ociVersion"],
    ["ociVersion", undefined, "ociVersion"],
    ["root", undefined, "root"],
    ["root.path", 1, "root.path"],
    ["root.path", "", "root.path"],
    ["root.path", "nosuch", "rootfs"],
    ["root.path", "/", "rootfs"],
    ["root.readonly", "yes", "root.readonly"],
    ["process", undefined, "process"],
    ["process.args", [], "process.args"],
    ["process.args", "sh", "process.args"],
    ["process.args", [""], "process.args"],
    ["process.cwd", "tmp", "process.cwd"],
    ["process.cwd", undefined, "process.cwd"],
    ["process.cwd", "/nosuch", "chdir '/nosuch'"],
    ["process.cwd", "/proc/self/fd/0", "chdir '/proc/self/fd/0'"],
    ["process.env", ["A"], "process.env"],
    ["process.env", { A: "b" }, "process.env"],
    ["process.user.uid", -1, "process.user.uid"],
    ["process.user.uid", 4294967295, "process.user.uid"],
    ["process.user.gid", "0", "process.user.gid"],
    ["process.user.umask", 0o10000, "umask"],
    [
      "process.rlimits",
      [{ type: "RLIMIT_X", soft: 1, hard: 1 }],
      "process.rlimits[0].type",
    ],
    [
      "process.rlimits",
      [{ type: "RLIMIT_NOFILE", soft: 2, hard: 1 }],
      "process.rlimits[0]",
    ],
    ["process.oomScoreAdj", 1001, "process.oomScoreAdj"],
    ["process.apparmorProfile", "strict", "process.apparmorProfile"],
    ["process.selinuxLabel", "a:b:c:d", "process.selinuxLabel"],
    ["process.scheduler", { policy: "SCHED_X" }, "process.scheduler.policy"],
    [
      "process.ioPriority",
      { class: "IOPRIO_CLASS_BE", priority: 8 },
      "process.ioPriority",
    ],
    ["hostname", "a".repeat(65), "hostname"],
    ["mounts", [{ destination: "x" }], "mounts[0]"],
    ["mounts", [{ destination: "/x", type: "nosuch", source: "x" }], "nosuch"],
    [
      "mounts",
      [
        {
          destination: "/x",
          type: "bind",
          source: "/nosuch/x",
          options: ["bind"],
        },
      ],
      "mounts[0]",
    ],
    [
      "mounts",
      [{ destination: "/x", type: "bind", options: ["bind"] }],
      "mounts[0].source",
    ],
    [
      "mounts",
      [
        {
          destination: "/x",
          type: "tmpfs",
          source: "t",
          options: ["nosuchoption=1"],
        },
      ],
      "mounts[0]",
    ],
    [
      "mounts",
      [{ destination: "/x", type: "tmpfs", source: "t", options: ["size=x"] }],
      "mounts[0]",
    ],
    [
      "mounts",
      [{ destination: "/proc/1", type: "tmpfs", source: "t" }],
      "inside /proc",
    ],
    [
      "mounts",
      [
        {
          destination: "/x",
          type: "none",
          source: "/etc",
          options: ["remount"],
        },
      ],
      "mounts[0].options",
    ],
    [
      "mounts",
      [{ destination: "/x", source: "/etc", options: ["bind", "idmap"] }],
      "mounts[0]",
    ],
    ["linux.namespaces", [{ type: "net" }], "linux.namespaces[0].type"],
    ["linux.namespaces", [{ type: "pid" }], "linux"],
    [
      "linux.namespaces",
      [{ type: "mount" }, { type: "mount" }],
      "linux.namespaces[1].type",
    ],
    [
      "linux.namespaces",
      [
        { type: "mount" },
        { type: "uts" },
        { type: "network", path: "/nosuch" },
      ],
      "/nosuch",
    ],
    [
      "linux.namespaces",
      [{ type: "mount" }, { type: "uts" }, { type: "network", path: "x" }],
      "linux.namespaces[2].path",
    ],
    [
      "linux.uidMappings",
      [{ containerID: 0, hostID: 0, size: 1 }],
      "linux.uidMappings",
    ],
    ["linux.sysctl", { "kernel.core_pattern": "x" }, "kernel.core_pattern"],
    ["linux.sysctl", { "net.nosuch": "1" }, "net.nosuch"],
    ["linux.maskedPaths", ["x"], "linux.maskedPaths[0]"],
    ["linux.readonlyPaths", [1], "linux.readonlyPaths[0]"],
    ["linux.rootfsPropagation", "public", "linux.rootfsPropagation"],
    ["linux.devices", [{ path: "/dev/x", type: "x" }], "linux.devices[0].type"],
    [
      "linux.devices",
      [{ path: "dev/x", type: "c", major: 1, minor: 3 }],
      "linux.devices[0].path",
    ],
    ["linux.cgroupsPath", "/../x", "cgroupsPath"],
    [
      "linux.resources",
      { memory: { limit: "5G" } },
      "linux.resources.memory.limit",
    ],
    ["linux.resources", { cpu: { cpus: "x" } }, "cpus"],
    [
      "linux.seccomp",
      { defaultAction: "SCMP_ACT_X" },
      "linux.seccomp.defaultAction",
    ],
    [
      "linux.seccomp",
      {
        defaultAction: "SCMP_ACT_ALLOW",
        syscalls: [{ names: ["read"], action: "SCMP_ACT_NOTIFY" }],
      },
      "linux.seccomp",
    ],
    ["linux.intelRdt", { closID: "x" }, "linux.intelRdt"],
    ["linux.netDevices", { eth7: {} }, "linux.netDevices"],
    ["linux.personality", { domain: "BSD" }, "linux.personality.domain"],
    ["hooks", { prestart: [{ path: "x" }] }, "hooks.prestart[0].path"],
    ["hooks", { prestart: [{ path: "/nosuch" }] }, "prestart hook #0"],
  ];

function changed(path: string, value: unknown): string {
  const config = JSON.parse(formatConfig(specExample())) as Record<
    string,
    unknown
  >;
  const process_ = config["process"] as Record<string, unknown>;
  process_["terminal"] = false;
  process_["args"] = ["true"];
  const parts = path.split(".");
  const last = parts.pop() ?? "";
  let at = config;
  for (const part of parts) at = (at[part] ??= {}) as Record<string, unknown>;
  if (value === undefined) Reflect.deleteProperty(at, last);
  else at[last] = value;
  return JSON.stringify(config);
}

test.each(BAD)(
  "%s: %j is an error that says so, and nothing is left",
  async (path, value, words) => {
    const bundle = new Bundle();
    bundle.write(changed(path, value));
    const id = uniqueId();
    const { code, stderr } = await bundle.minibox("create", id);
    expect(code).toBe(1);
    expect(stderr).toContain(words);
    expect(stderr).not.toContain("at file:");
    expect(bundle.ids()).toEqual([]);
    expect(existsSync(join("/sys/fs/cgroup/pids", id))).toBe(false);
  },
);

test("text that is no JSON is an error, and nothing is left", async (context) => {
  requires(context, root, program("busybox"));
  const bundle = new Bundle();
  bundle.write("{");
  const { code, stderr } = await bundle.minibox("create", uniqueId());
  expect([code, stderr.includes("config.json")]).toEqual([1, true]);
  expect(bundle.ids()).toEqual([]);
});
