import { readlinkSync } from "node:fs";
import {
  AtFlags,
  invoke,
  parseStatx,
  statx,
  STATX_SIZE,
  StatxMask,
} from "@ns/syscalls";
import { at } from "./mount-filter.ts";
import { mountIdOf } from "./mount-id.ts";
import { type MountInfo, readMountinfo } from "./mountinfo.ts";
import { openPath, Handle } from "./handle.ts";

/**
 * Whether something is mounted at a path, symbolic links followed, or whether a descriptor refers to the root of a
 * mount; moby's Mounted. Asks statx(2), and before Linux 5.8 mountinfo.
 * @throws {SyscallError} `ENOENT` if there is no such path.
 */
export function isMountPoint(target: string | number): boolean {
  using place =
    typeof target === "string" ? openPath(target) : Handle.borrow(target);
  const buffer = new Uint8Array(STATX_SIZE);
  const { EMPTY_PATH, STATX_DONT_SYNC } = AtFlags;
  const flags = EMPTY_PATH | STATX_DONT_SYNC;
  invoke(statx(place.fd, "", flags, StatxMask.TYPE, buffer));
  return parseStatx(buffer).isMountRoot ?? isInMountinfo(place);
}

/** By its path: whether the mount it is on is mounted there. */
export function isInMountinfo(place: Handle): boolean {
  const path = readlinkSync(place.procPath());
  const id = mountIdOf(place.fd);
  return readMountinfo("self", at(path)).some((each) => each.mountId === id);
}

/**
 * The mount that a path leads to, symbolic links followed, or that the file of a descriptor is on; undefined if it is
 * in another mount namespace, or detached.
 * @throws {SyscallError} `ENOENT` if there is no such path.
 */
export function mountOf(target: string | number): MountInfo | undefined {
  using place =
    typeof target === "string" ? openPath(target) : Handle.borrow(target);
  const id = mountIdOf(place.fd);
  return readMountinfo("self", ({ mountId }) => mountId === id)[0];
}
