import { type Fd, ioctl, IoctlRequests, type Syscall } from "@ns/syscalls";

/**
 * Opens the user namespace that owns the namespace `nsFd` refers to; the result is a descriptor, close-on-exec;
 * see ioctl_ns(2) and NS_GET_USERNS(2const). Linux 4.9.
 * @throws {SyscallError} `EPERM` if the owner is not the caller's user namespace or one below it.
 */
export function nsGetUserns(nsFd: Fd): Syscall {
  return ioctl(nsFd, IoctlRequests.NS_GET_USERNS);
}

/**
 * Opens the parent of a user or PID namespace; the result is a descriptor, close-on-exec; see
 * NS_GET_PARENT(2const). Linux 4.9.
 * @throws {SyscallError} `EPERM` if the parent is outside of the caller's own namespace of that kind, or there
 *   is none; `EINVAL` for the kinds that are not nested.
 */
export function nsGetParent(nsFd: Fd): Syscall {
  return ioctl(nsFd, IoctlRequests.NS_GET_PARENT);
}

/** Asks which kind of namespace it is; the result is its `CLONE_NEW*`; see NS_GET_NSTYPE(2const). Linux 4.11. */
export function nsGetNstype(nsFd: Fd): Syscall {
  return ioctl(nsFd, IoctlRequests.NS_GET_NSTYPE);
}

/**
 * Puts the effective user id of the process that made a user namespace in `uid`, as the caller's own user
 * namespace sees it; see NS_GET_OWNER_UID(2const). Linux 4.11.
 * @throws {SyscallError} `EINVAL` if it is not a user namespace.
 */
export function nsGetOwnerUid(nsFd: Fd, uid: Uint32Array): Syscall {
  return ioctl(nsFd, IoctlRequests.NS_GET_OWNER_UID, uid);
}
