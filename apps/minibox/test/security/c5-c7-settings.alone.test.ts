import { existsSync, readFileSync } from "node:fs";
import {
  type NamespaceType,
  specExample,
  sysctlPath,
  validateConfig,
} from "@ns/oci";
import { kill, pidfdSendSignal } from "@ns/syscalls";
import { type Requirement, requires } from "@ns/testkit";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Bundle, uniqueId } from "../internal/bundle.ts";
import { addProbe, failing, NEEDS } from "./internal/probe.ts";

const KINDS = ["network", "ipc", "uts"] as const;

/** Which namespace a parameter is of, told otherwise than by the sources. */
const OWNERS: readonly (readonly [pattern: RegExp, type: NamespaceType])[] = [
  [/^net\/./, "network"],
  [/^fs\/mqueue\/./, "ipc"],
  [
    /^kernel\/(?:msg(?:max|mnb|mni)|sem|shm(?:all|max|mni|_rmid_forced))$/,
    "ipc",
  ],
  [/^kernel\/domainname$/, "uts"],
];

const PARTS = [
  ...["net", "ipv4", "ip_forward", "conf", "eth0.1", "..", ".", "", "*"],
  ...["kernel", "core_pattern", "domainname", "hostname", "sem", "shmmax"],
  ...["fs", "mqueue", "msg_max", "vm", "swappiness", "sys", "+", "=", " "],
];

test("C5: a parameter passes only if it is of a namespace that the container has", () => {
  const name = fc
    .tuple(
      fc.array(fc.constantFrom(...PARTS), { minLength: 1, maxLength: 5 }),
      fc.constantFrom(".", "/"),
    )
    .map(([parts, separator]) => parts.join(separator));
  const value = fc.constantFrom(
    "1",
    "0 1",
    "1+kernel.core_pattern=|/x",
    "1\n2",
    "a=b",
    "1;2",
  );
  fc.assert(
    fc.property(name, value, fc.subarray([...KINDS]), (name, value, kinds) => {
      const example = specExample();
      const config = {
        ...example,
        linux: {
          ...example.linux,
          namespaces: ["mount" as const, ...kinds].map((type) => ({ type })),
          sysctl: { [name]: value },
        },
      };
      const path = sysctlPath(name) ?? "";
      const owner = OWNERS.find(([pattern]) => pattern.test(path))?.[1];
      const may =
        kinds.some((kind) => kind === owner) &&
        !/[+=;\n]/.test(value) &&
        !path
          .split("/")
          .some((part) => part === ".." || part === "" || part === ".");
      let passes = true;
      try {
        validateConfig(config);
      } catch {
        // an error that names it; which is told by the tests of @ns/oci
        passes = false;
      }
      const { length } = kinds;
      expect({ name, value, length, wrong: passes && !may }).toEqual({
        ...{ name, value, length, wrong: false },
      });
    }),
    { numRuns: 5000 },
  );
});

test("C5: the host's own namespace, by its path, is none of the container's", async (context) => {
  requires(context, ...NEEDS);
  // what it is already, should it be written all the same
  const present = readFileSync("/proc/sys/net/ipv4/ip_forward", "utf8").trim();
  const bundle = new Bundle().configure("true", ({ linux = {} }) => {
    linux.sysctl = { "net.ipv4.ip_forward": present };
    linux.namespaces = (linux.namespaces ?? []).map((each) =>
      each.type === "network"
        ? { ...each, path: `/proc/${process.pid}/ns/net` }
        : each,
    );
  });
  const { code, stderr } = await bundle.minibox("create", uniqueId());
  expect(code).toBe(1);
  expect(stderr).toContain("linux.sysctl[net.ipv4.ip_forward]");
  expect(stderr).toContain("the host's");
});

const LISTS = [
  { title: "no list", resources: undefined },
  { title: "an empty list", resources: { devices: [] } },
  {
    title: "a list that allows all, and then denies all",
    resources: {
      devices: [
        { allow: true, access: "rwm" },
        { allow: false, access: "rwm" },
      ],
    },
  },
] as const;

test.for(LISTS)(
  "C6: with $title of devices only the default ones can be opened",
  async ({ resources }, context) => {
    requires(context, ...NEEDS);
    // kmsg, loop-control, fuse
    const others = ["1 11", "10 237", "10 229"];
    const bundle = addProbe(new Bundle());
    const script = ["1 3", ...others].map((device) => `probe device ${device}`);
    bundle.configure(script.join(";"), (config) => {
      config.root = { path: "rootfs", readonly: false };
      config.linux = {
        ...config.linux,
        resources: structuredClone(resources) as never,
      };
      const all = [
        "CAP_MKNOD",
        "CAP_SYS_ADMIN",
        "CAP_SYSLOG",
        "CAP_DAC_OVERRIDE",
      ];
      if (config.process !== undefined)
        config.process.capabilities = {
          bounding: all,
          effective: all,
          permitted: all,
        };
    });
    const { stdout } = await bundle.minibox("run", uniqueId());
    expect(stdout).toBe(
      ["ok", ...others.map(() => "EPERM")]
        .map((open) => `mknod ok\nopen ${open}\n`)
        .join(""),
    );
  },
);

const freezer: Requirement = {
  met: () => existsSync("/sys/fs/cgroup/freezer"),
  reason: "needs the freezer of cgroup v1",
};

/** A machine without a tree of v2, which can kill all at once. */
const V1_ONLY = [
  ...["unshare", "--mount", "sh", "-c"],
  'umount /sys/fs/cgroup/unified 2>/dev/null; exec "$@"',
  "sh",
];

describe("a container whose processes are stopped to be killed", () => {
  test.for(["kill", "delete"])(
    "C7: goes on if that fails: %s",
    async (command, context) => {
      requires(context, ...NEEDS, freezer);
      const bundle = new Bundle().configure(
        "sleep 100 & sleep 100",
        ({ linux = {} }) => {
          // else the first process takes the others with it
          linux.namespaces = (linux.namespaces ?? []).filter(
            ({ type }) => type !== "pid",
          );
        },
      );
      const id = uniqueId();
      expect(
        await bundle.through(V1_ONLY, "run", "--detach", id),
      ).toMatchObject({ code: 0 });
      const words = [
        ...[...V1_ONLY, ...failing(kill(0, 0), "EPERM")],
        ...(command === "kill" ? [] : failing(pidfdSendSignal(0, 0), "EPERM")),
      ];
      const args =
        command === "kill" ? ["kill", id, "KILL"] : ["delete", "--force", id];
      const { code } = await bundle.through(words, ...args);
      expect(code).toBe(1);
      const states = JSON.parse(
        readFileSync(`${bundle.state}/${id}/state.json`, "utf8"),
      ) as { cgroupDirectories: Record<string, string> };
      const directory = states.cgroupDirectories["freezer"] ?? "";
      expect(readFileSync(`${directory}/freezer.state`, "utf8")).toBe(
        "THAWED\n",
      );
      const state = await bundle.minibox("state", id);
      expect(JSON.parse(state.stdout)).toMatchObject({ status: "running" });
    },
  );

  test("C7: nor does a process that exec could not start leave it stopped, or a pause that it had", async (context) => {
    requires(context, ...NEEDS, freezer);
    const bundle = new Bundle().configure("sleep 100");
    const id = uniqueId();
    const status = async (): Promise<unknown> => {
      const { stdout } = await bundle.minibox("state", id);
      return (JSON.parse(stdout) as { status: unknown }).status;
    };
    await bundle.minibox("run", "--detach", id);
    expect((await bundle.minibox("exec", id, "/nowhere")).code).toBe(255);
    expect(await status()).toBe("running");
    await bundle.minibox("pause", id);
    expect((await bundle.minibox("exec", id, "true")).code).toBe(255);
    expect(await status()).toBe("paused");
    expect((await bundle.minibox("kill", id, "KILL")).code).toBe(0);
    await expect.poll(status, { timeout: 5000 }).toBe("stopped");
  });
});
