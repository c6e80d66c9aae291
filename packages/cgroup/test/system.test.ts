import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  detectCgroups,
  hierarchyOf,
  parseCgroupMounts,
  parseMemberships,
  readCgroupMounts,
  readCgroups,
  readMemberships,
} from "../src/index.ts";
import { codeOf } from "./internal/code-of.ts";

const fixture = (name: string): string =>
  readFileSync(join(import.meta.dirname, "fixtures", name), "utf8");

describe("mounts", () => {
  test("v1, named and v2 hierarchies are told apart, other file systems left out", () => {
    const mounts = parseCgroupMounts(fixture("hybrid.mountinfo"));
    expect(mounts.map(({ mountpoint }) => mountpoint.slice(15))).toEqual(
      "cpu cpuacct cpuset memory systemd unified".split(" "),
    );
    expect(mounts[3]).toEqual({
      version: 1,
      controllers: ["memory"],
      mountpoint: "/sys/fs/cgroup/memory",
      root: "/",
      readOnly: false,
    });
    expect(mounts[4]).toMatchObject({ name: "systemd", controllers: [] });
    expect(mounts[5]).toMatchObject({ version: 2, controllers: [] });
  });

  test("options of the file system are no controllers, escapes are undone, ro is seen", () => {
    const [systemd, cpu] = parseCgroupMounts(fixture("container-v1.mountinfo"));
    expect(systemd).toMatchObject({
      name: "systemd",
      controllers: [],
      readOnly: true,
      root: "/docker/0f1c",
    });
    expect(cpu?.controllers).toEqual(["cpu", "cpuacct"]);
    const escaped = String.raw`1 2 0:3 /a\040b /mnt/c\011d rw shared:1 master:2 - cgroup2 none rw`;
    expect(parseCgroupMounts(escaped)).toMatchObject([
      { root: "/a b", mountpoint: "/mnt/c\td" },
    ]);
  });

  test("a line that is none is refused, and nothing else is ever thrown", () => {
    expect(codeOf(() => parseCgroupMounts("1 2 3\n"))).toBe(
      "ERR_CGROUP_INVALID",
    );
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect([undefined, "ERR_CGROUP_INVALID"]).toContain(
          codeOf(() => parseCgroupMounts(text)),
        );
        expect([undefined, "ERR_CGROUP_INVALID"]).toContain(
          codeOf(() => parseMemberships(text)),
        );
      }),
    );
  });

  test("this machine's are read", () => {
    for (const { mountpoint } of readCgroupMounts())
      expect(readFileSync("/proc/self/mountinfo", "utf8")).toContain(
        ` ${mountpoint} `,
      );
  });
});

describe("memberships", () => {
  test("a path may have colons in it, a removed cgroup is told", () => {
    expect(parseMemberships(fixture("hybrid.cgroup"))).toContainEqual({
      hierarchyId: 4,
      controllers: ["memory"],
      path: "/box/a:b",
      deleted: false,
    });
    expect(parseMemberships("0::/a (deleted)\n")).toEqual([
      { hierarchyId: 0, controllers: [], path: "/a", deleted: true },
    ]);
    expect(parseMemberships("1:name=systemd:/\n")).toMatchObject([
      { name: "systemd", controllers: [] },
    ]);
  });

  test("what is written is read back", () => {
    const word = fc.stringMatching(/^[a-z_]{1,8}$/);
    const path = fc.stringMatching(/^\/[a-z:.@ -]{0,20}$/);
    fc.assert(
      fc.property(fc.nat(), fc.array(word), path, (id, controllers, path) => {
        const line = `${String(id)}:${controllers.join(",")}:${path}\n`;
        expect(parseMemberships(line)).toEqual([
          { hierarchyId: id, controllers, path, deleted: false },
        ]);
      }),
    );
  });

  test("this process's own are read", () => {
    expect(readMemberships(process.pid)).toEqual(readMemberships());
  });
});

describe("detection", () => {
  test("v1's controllers with a v2 tree beside them are hybrid", () => {
    const system = detectCgroups({
      mountinfo: fixture("hybrid.mountinfo"),
      cgroup: fixture("hybrid.cgroup"),
    });
    expect(system.mode).toBe("hybrid");
    expect(system.v2).toMatchObject({
      mountpoint: "/sys/fs/cgroup/unified",
      own: "/",
    });
    expect(hierarchyOf(system, "memory").own).toBe("/box/a:b");
    expect(codeOf(() => hierarchyOf(system, "rdma"))).toBe(
      "ERR_CGROUP_NO_CONTROLLER",
    );
  });

  test("one v2 tree is v2, with the controllers its root offers", () => {
    const system = detectCgroups({
      mountinfo: fixture("systemd.mountinfo"),
      cgroup: "0::/user.slice/user-1000.slice/session-3.scope\n",
      rootControllers: (mountpoint) =>
        mountpoint === "/sys/fs/cgroup" ? "cpuset cpu memory\n" : "",
    });
    expect(system).toEqual({
      mode: "v2",
      v1: [],
      v2: {
        version: 2,
        mountpoint: "/sys/fs/cgroup",
        controllers: ["cpuset", "cpu", "memory"],
        own: "/user.slice/user-1000.slice/session-3.scope",
      },
    });
  });

  test("in a container a cgroup is named from what is mounted, whatever the order of controllers", () => {
    const system = detectCgroups({
      mountinfo: fixture("container-v1.mountinfo"),
      cgroup: fixture("container-v1.cgroup"),
    });
    expect(system.mode).toBe("v1");
    expect(hierarchyOf(system, "cpu").own).toBe("/inner");
    expect(hierarchyOf(system, "memory").own).toBe("/");
  });

  test("a cgroup outside of the namespace or of the mount is no place to begin from", () => {
    for (const path of ["/../other", "/elsewhere"]) {
      const { v2 } = detectCgroups({
        mountinfo: "29 24 0:26 /here /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n",
        cgroup: `0::${path}\n`,
      });
      expect(v2).toBeDefined();
      expect(v2?.own).toBeUndefined();
    }
  });

  test("what is mounted over a cgroup file system hides it", () => {
    const system = detectCgroups({
      mountinfo: fixture("systemd.mountinfo"),
      cgroup: "0::/\n",
      fileSystemType: () => 0x01021994,
    });
    expect(system.mode).toBe("none");
  });

  test("this machine's are found where they are", () => {
    const system = readCgroups();
    for (const { mountpoint } of system.v1)
      expect(readFileSync(`${mountpoint}/cgroup.procs`, "utf8")).toBeTypeOf(
        "string",
      );
    expect(readCgroups(process.pid)).toEqual(system);
  });
});
