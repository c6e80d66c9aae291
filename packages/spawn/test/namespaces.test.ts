import { readFileSync, readlinkSync } from "node:fs";
import {
  root,
  requires,
  run,
  asUser,
  checkoutFor,
  unprivilegedUser,
  unprivilegedUserNamespaces,
  UNPRIVILEGED_UID,
} from "@ns/testkit";
import { CloneFlags, mount, MountFlags, sethostname } from "@ns/syscalls";
import { describe, expect, test } from "vitest";
import { spawn } from "../src/index.ts";
import { MAP_SELF, shell } from "./internal/capture.ts";

const KINDS = {
  mnt: CloneFlags.NEWNS,
  uts: CloneFlags.NEWUTS,
  ipc: CloneFlags.NEWIPC,
  pid: CloneFlags.NEWPID,
  net: CloneFlags.NEWNET,
  cgroup: CloneFlags.NEWCGROUP,
  user: CloneFlags.NEWUSER,
} as const;

const here = (kind: string): string => readlinkSync(`/proc/self/ns/${kind}`);

describe("a new namespace", () => {
  test.each(Object.entries(KINDS))(
    "of kind %s is the only one that is new",
    async (kind, flag) => {
      // With a user namespace, whoever runs the tests may make the others.
      const options = { cloneflags: flag | CloneFlags.NEWUSER, ...MAP_SELF };
      const links = await shell(
        "cd /proc/self/ns; readlink mnt uts ipc net cgroup; readlink pid_for_children",
        options,
      );
      const ours = ["mnt", "uts", "ipc", "net", "cgroup"].map(here);
      const differing = links
        .split("\n")
        .filter((link, i) => link !== (i < 5 ? ours[i] : here("pid")));
      expect(differing.map((link) => link.split(":")[0])).toEqual(
        kind === "user" ? [] : [kind],
      );
    },
  );

  test("of every kind at once has a first process with pid 1", async () => {
    const every = Object.values(KINDS).reduce((all, flag) => all | flag, 0);
    expect(await shell("echo $$", { cloneflags: every, ...MAP_SELF })).toBe(
      "1",
    );
  });

  test("has a name of its own, set before the command runs", async () => {
    const before = readFileSync("/proc/sys/kernel/hostname", "utf8");
    const cloneflags = CloneFlags.NEWUTS | CloneFlags.NEWUSER;
    expect(
      await shell("hostname", {
        cloneflags,
        ...MAP_SELF,
        setup: [sethostname("inner-system")],
      }),
    ).toBe("inner-system");
    expect(readFileSync("/proc/sys/kernel/hostname", "utf8")).toBe(before);
  });

  test("by unshareflags makes / private, so that mounts do not show outside", async (context) => {
    requires(context, root);
    const options = {
      unshareflags: CloneFlags.NEWNS,
      setup: [mount("x", "/mnt", "tmpfs", 0, null)],
    };
    expect(
      await shell(
        "grep -c ' /mnt ' /proc/self/mountinfo; grep -c shared: /proc/self/mountinfo || true",
        options,
      ),
    ).toBe("1\n0");
    expect(readFileSync("/proc/self/mountinfo", "utf8")).not.toContain(
      " /mnt ",
    );
  });

  test("of time has its clocks set", async (context) => {
    requires(context, root);
    const options = {
      cloneflags: CloneFlags.NEWTIME,
      timeOffsets: { boottime: 1_000_000, monotonic: 5 },
    };
    const uptime = Number(
      (await shell("cut -d. -f1 /proc/uptime", options)).trim(),
    );
    expect(uptime).toBeGreaterThanOrEqual(1_000_000);
    expect(await shell("cat /proc/self/timens_offsets", options)).toMatch(
      /monotonic\s+5\s+0\nboottime\s+1000000\s+0/,
    );
  });
});

describe("id maps", () => {
  test("are what the kernel shows, with setgroups as asked", async (context) => {
    requires(context, root);
    const options = {
      cloneflags: CloneFlags.NEWUSER,
      uidMappings: [
        { containerId: 0, hostId: 100000, size: 10 },
        { containerId: 10, hostId: 0, size: 1 },
      ],
      gidMappings: [{ containerId: 5, hostId: 0, size: 1 }],
      setgroups: false,
    };
    const text = await shell(
      "cat /proc/self/uid_map /proc/self/gid_map /proc/self/setgroups; id -u; id -g",
      options,
    );
    expect(
      text.split("\n").map((line) => line.trim().split(/\s+/).join(" ")),
    ).toEqual(["0 100000 10", "10 0 1", "5 0 1", "deny", "10", "5"]);
  });

  test("of a namespace without any make everyone nobody", async () => {
    expect(await shell("id -u", { cloneflags: CloneFlags.NEWUSER })).toBe(
      "65534",
    );
  });

  test("are written for an ordinary user, who may map itself", async (context) => {
    requires(context, unprivilegedUser, unprivilegedUserNamespaces);
    const checkout = checkoutFor(UNPRIVILEGED_UID);
    const fixture = `${checkout}/packages/spawn/test/fixtures/map-self.ts`;
    const { stdout, stderr } = await asUser(
      UNPRIVILEGED_UID,
      `${checkout}/node_modules/.bin/node`,
      [fixture],
    );
    expect({ stdout, stderr }).toEqual({
      stdout: "0 0 deny inner\n",
      stderr: "",
    });
  });

  test("of more than one id go through newuidmap, which says why not", async (context) => {
    requires(context, unprivilegedUser, unprivilegedUserNamespaces);
    const checkout = checkoutFor(UNPRIVILEGED_UID);
    const fixture = `${checkout}/packages/spawn/test/fixtures/map-range.ts`;
    const { stdout } = await asUser(
      UNPRIVILEGED_UID,
      `${checkout}/node_modules/.bin/node`,
      [fixture],
    );
    expect(stdout).toMatch(/^EPERM .*newuidmap/);
  });

  test("go through newuidmap where the ranges are granted", async (context) => {
    requires(context, root, unprivilegedUser);
    const checkout = checkoutFor(UNPRIVILEGED_UID);
    // Ranges for this test alone: mounted over the real ones in a mount namespace of its own.
    const script = `
      mount -t tmpfs x /mnt && echo '1000:200000:1000' | tee /mnt/subuid > /mnt/subgid &&
      mount --bind /mnt/subuid /etc/subuid && mount --bind /mnt/subgid /etc/subgid &&
      exec setpriv --reuid 1000 --regid 1000 --clear-groups "$1" "$2"`;
    const fixture = `${checkout}/packages/spawn/test/fixtures/map-range.ts`;
    const node = `${checkout}/node_modules/.bin/node`;
    const ensure = "touch -a /etc/subuid /etc/subgid; ";
    const { stdout, stderr } = await run("unshare", [
      "-m",
      "sh",
      "-c",
      ensure + script,
      "sh",
      node,
      fixture,
    ]);
    expect({ stdout: stdout.replaceAll(/ +/g, " "), stderr }).toEqual({
      stdout: " 0 1000 1\n 1 200000 1000\n",
      stderr: "",
    });
  });
});

describe("existing namespaces", () => {
  test.each(["path", "pid", "fd", "pidfd"] as const)(
    "are joined by %s",
    async (by) => {
      const cloneflags = CloneFlags.NEWUTS | CloneFlags.NEWUSER;
      const host = spawn("/bin/sleep", ["100"], {
        cloneflags,
        ...MAP_SELF,
        setup: [sethostname("joined")],
        stdio: "ignore",
      });
      await using _ = host;
      const { pid } = await host.spawned;
      const kinds = CloneFlags.NEWUSER | CloneFlags.NEWUTS;
      const { openSync, closeSync } = await import("node:fs");
      const fds =
        by === "fd"
          ? ["user", "uts"].map((kind) =>
              openSync(`/proc/${pid}/ns/${kind}`, "r"),
            )
          : [];
      const targets = {
        path: [
          { path: `/proc/${pid}/ns/user` },
          { path: `/proc/${pid}/ns/uts`, kind: CloneFlags.NEWUTS },
        ],
        pid: [{ pid, kinds }],
        fd: fds.map((fd) => ({ fd })),
        pidfd: [{ pidfd: host.pidfd ?? -1, kinds }],
      };
      expect(await shell("hostname; id -u", { join: targets[by] })).toBe(
        "joined\n0",
      );
      fds.forEach((fd) => {
        closeSync(fd);
      });
    },
  );

  test("that are not there are an error that names them", async () => {
    await expect(
      shell("true", { join: [{ path: "/proc/self/ns/nope" }] }),
    ).rejects.toMatchObject({
      code: "ENOENT",
      syscall: "openat",
      path: "/proc/self/ns/nope",
    });
  });
});

test("a mount made in setup is seen inside only", async () => {
  const options = {
    cloneflags: CloneFlags.NEWNS | CloneFlags.NEWUSER | CloneFlags.NEWPID,
    ...MAP_SELF,
    setup: [
      mount(null, "/", null, MountFlags.REC | MountFlags.PRIVATE, null),
      mount("proc", "/proc", "proc", 0, null),
    ],
  };
  // By the shell itself: another process would be there too, or not yet.
  expect(await shell("echo /proc/[0-9]*", options)).toBe("/proc/1");
});
