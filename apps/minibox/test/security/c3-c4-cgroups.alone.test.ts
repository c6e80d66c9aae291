import { normalizeCgroupPath } from "@ns/cgroup";
import { MountAttrFlags, type Step } from "@ns/syscalls";
import { specExample } from "@ns/oci";
import { requires } from "@ns/testkit";
import { describe, expect, test } from "vitest";
import fc from "fast-check";
import { planCgroupMount } from "../../src/plan/oci/cgroup-mount.ts";
import type { BundleFacts } from "../../src/plan/oci/facts.ts";
import { KnownPlaces } from "../../src/plan/oci/known-places.ts";
import { planMounts } from "../../src/plan/oci/mounts.ts";
import { Bundle, uniqueId } from "../internal/bundle.ts";
import { NEEDS } from "./internal/probe.ts";

/** Makes a cgroup, moves itself into the root's, and mounts it anew, wherever that can be tried. */
const TRY = `
for directory in /sys/fs/cgroup /sys/fs/cgroup/*; do
  mkdir $directory/escaped 2>/dev/null && echo "made $directory/escaped"
  (echo $$ >$directory/cgroup.procs) 2>/dev/null && echo "moved to $directory"
  mount -o remount,bind,rw $directory 2>/dev/null && echo "mounted $directory"
done
true`;

const NAMESPACES = [
  { cgroup: true, user: false },
  { cgroup: false, user: false },
  { cgroup: true, user: true },
  { cgroup: false, user: true },
] as const;

test.for(NAMESPACES)(
  "C3: nothing can be written to cgroups, with a cgroup namespace $cgroup, with a user namespace $user",
  async ({ cgroup, user }, context) => {
    requires(context, ...NEEDS);
    const bundle = new Bundle().configure(TRY, ({ linux = {} }) => {
      linux.namespaces = (linux.namespaces ?? []).filter(
        ({ type }) => cgroup || type !== "cgroup",
      );
      if (!cgroup === linux.namespaces.some(({ type }) => type === "cgroup"))
        linux.namespaces.push({ type: "cgroup" });
      if (!user) return;
      linux.namespaces.push({ type: "user" });
      linux.uidMappings = [{ containerID: 0, hostID: 0, size: 65536 }];
      linux.gidMappings = [{ containerID: 0, hostID: 0, size: 65536 }];
    });
    expect(await bundle.minibox("run", uniqueId())).toMatchObject({
      ...{ code: 0, stdout: "", stderr: "" },
    });
  },
);

const FACTS = {
  isRootless: true,
  isDirectory: () => true,
  idmapped: new Map(),
  cgroups: {},
  hierarchies: [
    {
      ...{ version: 2, mountpoint: "/sys/fs/cgroup", controllers: [] },
      ...{ root: "/", own: "/user.slice" },
    },
  ],
} as unknown as BundleFacts;

/** What mount_setattr(2) sets of a mount, and whether of those below it, too. */
function attributes(
  steps: readonly Step[],
): { set: bigint; recursive: boolean }[] {
  return steps
    .filter(({ name }) => name === "mount_setattr")
    .map(({ args }) => ({
      set: BigInt((args[3] as { attr_set?: number }).attr_set ?? 0),
      recursive: (Number(args[2]) & 0x8000) !== 0,
    }));
}

const isReadOnly = ({ set }: { readonly set: bigint }): boolean =>
  (set & BigInt(MountAttrFlags.RDONLY)) !== 0n;

describe("of a caller who is not root of the machine", () => {
  test("C3: cgroups without a namespace of one's own are read-only, whatever is asked for", () => {
    const request = {
      destination: "/sys/fs/cgroup",
      flags: 0,
      why: "mounts[0]",
    };
    const shared = planCgroupMount(
      { ...request, ownNamespace: false },
      FACTS,
      new KnownPlaces(),
    );
    expect(attributes(shared.take).filter(isReadOnly)).toHaveLength(1);
    const own = planCgroupMount(
      { ...request, ownNamespace: true },
      FACTS,
      new KnownPlaces(),
    );
    expect(
      [...attributes(own.take), ...attributes(own.make)].filter(isReadOnly),
    ).toEqual([]);
    const roots = planCgroupMount(
      { ...request, ownNamespace: false },
      { ...FACTS, isRootless: false },
      new KnownPlaces(),
    );
    expect(attributes(roots.take).filter(isReadOnly)).toEqual([]);
  });

  test("C3: in a read-only tree of the host's so are the cgroups that are mounted in it", () => {
    const sys = { destination: "/sys", type: "none", source: "/sys" };
    const mounts = [{ ...sys, options: ["rbind", "ro"] }];
    const planned = planMounts(
      { ...specExample(), mounts },
      FACTS,
      new KnownPlaces(),
    );
    const set = attributes(planned.flatMap(({ take }) => take));
    expect(set.some((each) => isReadOnly(each) && each.recursive)).toBe(true);
  });
});

const ESCAPES = [
  ...[
    "..",
    "../x",
    "a/../..",
    "/..",
    "/../../etc",
    "a/../../b",
    "./..",
    "..//",
  ],
  ...["cpu:..", "cpu,memory:../x", ":..", "freezer:a/../.."],
];

test(
  "C4: exec enters no cgroup outside of the container's",
  { timeout: 60_000 },
  async (context) => {
    requires(context, ...NEEDS);
    const bundle = new Bundle().configure("sleep 100");
    const id = uniqueId();
    await bundle.minibox("run", "--detach", id);
    for (const escape of ESCAPES) {
      const { code, stdout, stderr } = await bundle.minibox(
        ...["exec", "--cgroup", escape, id, "cat", "/proc/self/cgroup"],
      );
      expect({ escape, code, stdout }).toEqual({
        escape,
        code: 255,
        stdout: "",
      });
      expect(stderr).toContain("leads out");
    }
    // an absolute path begins at the container's own
    for (const path of ["/", "/.", "//", ""]) {
      const { code } = await bundle.minibox(
        "exec",
        "--cgroup",
        path,
        id,
        "true",
      );
      expect({ path, code }).toEqual({ path, code: 0 });
    }
  },
);

test.for(["../x", "/../x", "a/../../x", "a/.."])(
  "C4: nor is a container's made where linux.cgroupsPath leads up: %s",
  async (cgroupsPath, context) => {
    requires(context, ...NEEDS);
    const bundle = new Bundle().configure("true", ({ linux = {} }) => {
      linux.cgroupsPath = cgroupsPath;
    });
    const { code, stderr } = await bundle.minibox("create", uniqueId());
    expect(code).toBe(1);
    expect(stderr).toContain("expected a path without");
  },
);

test("C4: whatever the path of a cgroup, it stays below", () => {
  const part = fc.constantFrom("..", ".", "", "a", "...", "..a", "a..", "/");
  const path = fc.array(part, { maxLength: 6 }).map((parts) => parts.join("/"));
  fc.assert(
    fc.property(path, (below) => {
      let parts: readonly string[] | undefined;
      try {
        parts = normalizeCgroupPath(below).split("/");
      } catch {
        // refused, which is told by the tests of @ns/cgroup
      }
      const refused = parts === undefined;
      const climbs = below.split("/").includes("..");
      expect({ below, refused }).toEqual({ below, refused: climbs });
      expect(parts ?? []).not.toContain("..");
    }),
  );
});
