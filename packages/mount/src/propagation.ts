import { invokeAll, mount, MountFlags, step, type Step } from "@ns/syscalls";
import {
  PROPAGATION_OPTIONS,
  type PropagationType,
} from "./mount-option-table.ts";
import { isMountPoint } from "./mounted.ts";
import { openPath } from "./handle.ts";

/**
 * The step that changes where mounts and unmounts below `path` propagate; see mount_namespaces(7). `path` must be a
 * mount point.
 * @throws {TypeError} for a type that is not one.
 */
export function planPropagation(path: string, type: PropagationType): Step {
  if (!Object.hasOwn(PROPAGATION_OPTIONS, type)) {
    throw new TypeError(
      `invalid propagation type '${type}': expected one of ${Object.keys(PROPAGATION_OPTIONS).join(", ")}`,
    );
  }
  const why = type === "rprivate" && path === "/" ? PRIVATE_ROOT : undefined;
  return step(mount(null, path, null, PROPAGATION_OPTIONS[type]), { why });
}

/** systemd makes `/` shared, and a new mount namespace inherits that. */
const PRIVATE_ROOT = "nothing mounted here shows elsewhere";

/**
 * Changes where mounts and unmounts below `path` propagate; see mount_namespaces(7). A path that is no mount point
 * becomes one first, by being bound to itself.
 * @throws {SyscallError} `EPERM` without CAP_SYS_ADMIN, `ENOENT` if there is no such path.
 */
export function setPropagation(path: string, type: PropagationType): void {
  const change = planPropagation(path, type);
  makeMount(path);
  invokeAll([change]);
}

/** Makes a path a mount point, by binding it to itself, unless it is one. */
export function makeMount(path: string): void {
  using place = openPath(path);
  if (isMountPoint(place.fd)) return;
  const here = place.procPath();
  invokeAll([mount(here, here, null, MountFlags.BIND | MountFlags.REC)]);
}

/** Mounts and unmounts propagate among `path` and its peers, both ways: MS_SHARED. */
export function makeShared(path: string): void {
  setPropagation(path, "shared");
}

/** As {@link makeShared}, for all mounts below it too. */
export function makeRShared(path: string): void {
  setPropagation(path, "rshared");
}

/** Mounts and unmounts do not propagate: MS_PRIVATE. */
export function makePrivate(path: string): void {
  setPropagation(path, "private");
}

/** As {@link makePrivate}, for all mounts below it too. */
export function makeRPrivate(path: string): void {
  setPropagation(path, "rprivate");
}

/** Mounts and unmounts propagate from its peers to `path`, not back: MS_SLAVE. Nothing changes for a private mount. */
export function makeSlave(path: string): void {
  setPropagation(path, "slave");
}

/** As {@link makeSlave}, for all mounts below it too. */
export function makeRSlave(path: string): void {
  setPropagation(path, "rslave");
}

/** Mounts and unmounts do not propagate, and it cannot be bound elsewhere: MS_UNBINDABLE. */
export function makeUnbindable(path: string): void {
  setPropagation(path, "unbindable");
}

/** As {@link makeUnbindable}, for all mounts below it too. */
export function makeRUnbindable(path: string): void {
  setPropagation(path, "runbindable");
}
