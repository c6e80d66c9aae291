import { readFileSync } from "node:fs";
import { invoke, ioctl, IoctlRequests, SyscallError } from "@ns/syscalls";
import { kindOfLink, type NamespaceKind, type NamespaceLink } from "../kind.ts";
import { Namespace } from "../namespace.ts";
import { unreadable } from "../process-namespaces.ts";
import { isSystemError } from "./system-error.ts";

/** include/uapi/linux/pidfd.h */
const REQUESTS: Readonly<Record<NamespaceLink, number>> = {
  cgroup: IoctlRequests.PIDFD_GET_CGROUP_NAMESPACE,
  ipc: IoctlRequests.PIDFD_GET_IPC_NAMESPACE,
  mnt: IoctlRequests.PIDFD_GET_MNT_NAMESPACE,
  net: IoctlRequests.PIDFD_GET_NET_NAMESPACE,
  pid: IoctlRequests.PIDFD_GET_PID_NAMESPACE,
  pid_for_children: IoctlRequests.PIDFD_GET_PID_FOR_CHILDREN_NAMESPACE,
  time: IoctlRequests.PIDFD_GET_TIME_NAMESPACE,
  time_for_children: IoctlRequests.PIDFD_GET_TIME_FOR_CHILDREN_NAMESPACE,
  user: IoctlRequests.PIDFD_GET_USER_NAMESPACE,
  uts: IoctlRequests.PIDFD_GET_UTS_NAMESPACE,
};

type OpenPath = (path: string, kind: NamespaceKind) => Namespace;

/** Opens a namespace of the process that `pidfd` refers to, and of no other. */
export function openByPidfd(
  pidfd: number,
  link: NamespaceLink,
  openPath: OpenPath,
): Namespace {
  // first, because an ioctl of that number means something else to another file
  pidOf(pidfd);
  try {
    return new Namespace(invoke(ioctl(pidfd, REQUESTS[link], 0)));
  } catch (error) {
    if (isSystemError(error, "EACCES"))
      throw unreadable(`pidfd ${pidfd}`, error);
    // Linux 6.10 and before: no such request
    if (isSystemError(error, "ENOTTY", "EINVAL"))
      return openByPid(pidfd, link, openPath);
    throw error;
  }
}

/** The same through /proc, for kernels whose pidfds have no such ioctl (before Linux 6.11). */
export function openByPid(
  pidfd: number,
  link: NamespaceLink,
  openPath: OpenPath,
): Namespace {
  const namespace = openPath(
    `/proc/${pidOf(pidfd)}/ns/${link}`,
    kindOfLink(link),
  );
  try {
    // it has not been waited for until now, so the pid was its own all along
    pidOf(pidfd);
  } catch (error) {
    namespace[Symbol.dispose]();
    throw error;
  }
  return namespace;
}

const ESRCH = 3;

function pidOf(pidfd: number): number {
  if (!Number.isSafeInteger(pidfd) || pidfd < 0)
    throw new TypeError(
      `invalid pidfd '${String(pidfd)}': expected a descriptor`,
    );
  const pid = parsePidfdInfo(
    readFileSync(`/proc/self/fdinfo/${pidfd}`, "utf8"),
  );
  if (pid === undefined)
    throw new TypeError(
      `invalid pidfd '${String(pidfd)}': expected a descriptor of pidfd_open(2)`,
    );
  if (pid < 1)
    throw new SyscallError({
      errno: ESRCH,
      syscall: "ioctl",
      why: `the process of pidfd ${pidfd} is gone, or in no PID namespace below ours`,
    });
  return pid;
}

/**
 * Parses /proc/PID/fdinfo/FD of a pidfd, which has a line `Pid:`: the process's id, -1 when it has been waited
 * for, 0 when our PID namespace does not see it; see pidfd_open(2). Undefined if it is no pidfd.
 */
export function parsePidfdInfo(text: string): number | undefined {
  const [, pid] = /^Pid:\t(-1|\d+)$/m.exec(text) ?? [];
  return pid === undefined ? undefined : Number(pid);
}
