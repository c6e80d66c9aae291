import type { NamespaceId } from "./identity.ts";
import type { NamespaceKind } from "./kind.ts";
import { readNamespaces } from "./process-namespaces.ts";

/**
 * The inodes of the namespaces the machine starts with: `*_NS_INIT_INO` of include/uapi/linux/nsfs.h, before
 * that `PROC_*_INIT_INO` of include/linux/proc_ns.h. Fixed since Linux 3.8 (cgroup 4.6, time 5.6), except those
 * of `mnt` and `net`, which older kernels number as they come; Linux 6.18 has them fixed.
 */
export const INITIAL_INODES: Readonly<Record<NamespaceKind, number>> = {
  ipc: 0xefffffff,
  uts: 0xeffffffe,
  user: 0xeffffffd,
  pid: 0xeffffffc,
  cgroup: 0xeffffffb,
  time: 0xeffffffa,
  net: 0xeffffff9,
  mnt: 0xeffffff8,
};

/**
 * Whether it is the namespace of its kind that the machine started with, by its inode. Undefined for a `mnt` or
 * `net` namespace of another number: on a kernel that has no fixed number for these, it still could be.
 */
export function isInitialNamespace({
  kind,
  inode,
}: Pick<NamespaceId, "kind" | "inode">): boolean | undefined {
  if (inode === INITIAL_INODES[kind]) return true;
  return kind === "mnt" || kind === "net" ? undefined : false;
}

/**
 * Whether this process is in a user namespace other than the initial one, by the inode of /proc/self/ns/user:
 * not by guessing from uid_map, which anyone may map as it is outside. False on a kernel without user namespaces.
 */
export function isInUserNamespace(): boolean {
  const { user } = readNamespaces();
  return user !== undefined && user.inode !== INITIAL_INODES.user;
}
