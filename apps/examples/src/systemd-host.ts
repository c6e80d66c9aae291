import { CloneFlags, invoke, mount, MountFlags, unshare } from "@ns/syscalls";

/**
 * Makes this process the host of what follows, on the machine of the talk: in a mount namespace of its own where
 * every mount is shared, as systemd has them. What leaks to this host, your machine does not see.
 */
export function systemdHost(): void {
  invoke(unshare(CloneFlags.NEWNS));
  // Private first: a copy of a shared mount is shared with the original.
  invoke(mount(null, "/", null, MountFlags.REC | MountFlags.PRIVATE));
  invoke(mount(null, "/", null, MountFlags.REC | MountFlags.SHARED));
}
