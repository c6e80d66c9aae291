import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { program, requires, runDirectory } from "@ns/testkit";
import { expect, test } from "vitest";
import { samples } from "./internal/samples.ts";
import { runFixture } from "./run-fixture.ts";

/** Calls that would change the tracee too much to go on, or that fail only for some users. */
const harmful = new Set([
  ..."execve execveat exitGroup kill setsid setpgid clone3 chroot umask personality seccomp sync syncfs".split(
    " ",
  ),
  ..."setuid setgid setresuid setresgid setfsuid setfsgid setgroups capset unshare mount umount2 pivotRoot".split(
    " ",
  ),
  ..."sethostname setdomainname closeRange close dup3 joinSessionKeyring landlockRestrictSelf prctl".split(
    " ",
  ),
  ..."mknodat mkdirat symlinkat unlinkat linkat renameat2 read write sendfile ppoll setpriority".split(
    " ",
  ),
]);

/** What strace 6.1 prints otherwise: what it does not know yet, and what it takes apart further. */
const otherwise = new Set([
  "fsconfig(3, FSCONFIG_CMD_CREATE_EXCL, NULL, NULL, 0)",
  String.raw`fsconfig(3, FSCONFIG_SET_BINARY, "key", "\x01A", 2)`,
  'fchmodat2(3, "", 0600, AT_EMPTY_PATH)',
  'open_tree_attr(3, "x", OPEN_TREE_CLONE, {attr_set=MOUNT_ATTR_RDONLY}, 32)',
  "ioctl(3, NS_GET_PARENT)",
  "keyctl(KEYCTL_REVOKE, 7, 0, 0, 0)",
  "keyctl(KEYCTL_SETPERM, 9, 0x3f3f0000)",
  "landlock_add_rule(3, LANDLOCK_RULE_NET_PORT, {allowed_access=LANDLOCK_ACCESS_NET_CONNECT_TCP, port=443}, 0)",
  "landlock_create_ruleset({handled_access_fs=LANDLOCK_ACCESS_FS_EXECUTE|LANDLOCK_ACCESS_FS_IOCTL_DEV, scoped=LANDLOCK_SCOPE_SIGNAL}, 24, 0)",
  "set_mempolicy(MPOL_BIND|MPOL_F_STATIC_NODES, [0, 1], 65)",
  "socket(AF_INET, SOCK_DGRAM|SOCK_CLOEXEC, 0)",
  String.raw`bind(3, "\x01\x00\x00a", 4)`,
  String.raw`connect(3, "\x01\x00/s\x00", 5)`,
  String.raw`setsockopt(3, SOL_SOCKET, SO_PASSCRED, "\x01\x00\x00\x00", 4)`,
  String.raw`open_by_handle_at(3, "\x00\x00", O_RDONLY|O_PATH)`,
  // fields that were left out are zeros there, or not printed for this command
  String.raw`bpf(BPF_PROG_LOAD, {prog_type=BPF_PROG_TYPE_CGROUP_DEVICE, insn_cnt=2, insns="\xb4\x00\x00\x00\x01\x00\x00\x00\x95\x00\x00\x00\x00\x00\x00\x00", license="GPL"}, 40)`,
  "bpf(BPF_PROG_DETACH, {target_fd=3, attach_bpf_fd=4, attach_type=BPF_CGROUP_DEVICE}, 20)",
  "bpf(BPF_PROG_GET_FD_BY_ID, {prog_id=7}, 12)",
  'mount_setattr(3, "", AT_EMPTY_PATH|AT_RECURSIVE, {attr_set=MOUNT_ATTR_RDONLY|MOUNT_ATTR_IDMAP, propagation=MS_PRIVATE, userns_fd=5}, 32)',
  "sched_setattr(0, {size=56, sched_policy=SCHED_BATCH, sched_nice=5}, 0)",
  'sendmsg(3, {msg_iov=[{iov_base="x"}]}, MSG_NOSIGNAL)',
]);

test("strace prints the calls as we do", async (context) => {
  requires(context, program("strace"));
  const log = join(runDirectory(), `strace-${String(process.pid)}.log`);
  const names = Object.keys(samples).filter((name) => !harmful.has(name));
  const traced = await runFixtureTraced(log, names);
  const lines = new Set(
    readFileSync(log, "utf8")
      .split("\n")
      .map((line) => line.replace(/\) += .*$/, ")")),
  );
  rmSync(log);
  const expected = traced.filter((text) => !otherwise.has(text));
  expect(expected.length).toBeGreaterThan(50);
  expect(expected.filter((text) => !lines.has(text))).toEqual([]);
});

async function runFixtureTraced(
  log: string,
  names: readonly string[],
): Promise<string[]> {
  const strace = ["strace", "-v", "-s", "256", "-o", log];
  return (await runFixture("traced.ts", strace, names)) as string[];
}
