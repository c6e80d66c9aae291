import { readFileSync } from "node:fs";
import {
  AtFlags,
  invoke,
  parseStatx,
  type Statx,
  statx,
  STATX_SIZE,
  StatxMask,
} from "@ns/syscalls";

/** The id, as in mountinfo, of the mount that a descriptor's file is on; see statx(2). Before Linux 5.8 from fdinfo. */
export function mountIdOf(fd: number): number {
  const { mask, mountId } = statOf(fd, StatxMask.MNT_ID);
  if ((mask & StatxMask.MNT_ID) !== 0) return Number(mountId);
  const fdinfo = readFileSync(`/proc/thread-self/fdinfo/${fd}`, "utf8");
  return Number(/^mnt_id:\t(\d+)$/m.exec(fdinfo)?.[1]);
}

/** The id that no other mount ever had or will have, as statmount(2) wants it; undefined before Linux 6.8. */
export function uniqueMountIdOf(fd: number): bigint | undefined {
  const { mask, mountId } = statOf(fd, StatxMask.MNT_ID_UNIQUE);
  return (mask & StatxMask.MNT_ID_UNIQUE) === 0 ? undefined : mountId;
}

function statOf(fd: number, mask: number): Statx {
  const buffer = new Uint8Array(STATX_SIZE);
  const flags = AtFlags.EMPTY_PATH | AtFlags.STATX_DONT_SYNC;
  invoke(statx(fd, "", flags, mask, buffer));
  return parseStatx(buffer);
}
