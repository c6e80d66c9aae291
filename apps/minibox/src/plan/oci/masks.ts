import { planCreate, tmpfs } from "@ns/mount";
import {
  AtFlags,
  close,
  mountSetattr,
  MountAttrFlags,
  moveMount,
  MoveMountFlags,
  OpenFlags,
  openTree,
  OpenTreeFlags,
  type Register,
  register,
  step,
  type Step,
} from "@ns/syscalls";
import { DEVICE } from "../devices.ts";
import { INERT, takeFromHost } from "../isolate.ts";
import { openInside } from "./place.ts";

const CLONE =
  OpenTreeFlags.CLONE | OpenTreeFlags.CLOEXEC | OpenTreeFlags.EMPTY_PATH;
const TO_DESCRIPTOR = MoveMountFlags.F_EMPTY_PATH | MoveMountFlags.T_EMPTY_PATH;

/** A path and the file that covers what is there, taken while the host's root is still there. */
export interface Cover {
  readonly path: string;
  readonly file: Register;
  readonly steps: readonly Step[];
}

/**
 * Takes the host's own /dev/null for each path: before Linux 6.15 a mount that is attached nowhere cannot be cloned
 * later. Nothing that an image has can stand for it (CVE-2025-31133).
 */
export function takeCovers(paths: readonly string[]): Cover[] {
  return paths.map((path) => {
    const { mount, steps } = takeFromHost("/dev/null", `to hide ${path}`);
    const restrict = { attr_set: DEVICE };
    return {
      path,
      file: mount,
      steps: [...steps, mountSetattr(mount, "", AtFlags.EMPTY_PATH, restrict)],
    };
  });
}

const place = register("masked");
const cover = register("cover");

/** A descriptor that is none: nothing was there. */
const NOT_THERE = ["EBADF"] as const;

/** Covers what is at each path, if anything: a file by the host's /dev/null, a directory by an empty one. */
export function coverPaths(covers: readonly Cover[]): Step[] {
  const nothing = planCreate(tmpfs({ size: 4096, inodes: 1 }), {
    attributes: INERT | MountAttrFlags.RDONLY,
    into: cover,
    why: "an empty directory",
  });
  return covers.flatMap(({ path, file }) => {
    const why = `hide ${path}`;
    return [
      findExisting(path, why),
      step(moveMount(file, "", place, "", TO_DESCRIPTOR), {
        why,
        // it is a directory
        ignore: [...NOT_THERE, "ENOTDIR", "EINVAL"],
        otherwise: [
          ...nothing.steps,
          step(moveMount(cover, "", place, "", TO_DESCRIPTOR), {
            why,
            ignore: NOT_THERE,
          }),
          close(cover),
        ],
      }),
      close(file),
      step(close(place), { ignore: NOT_THERE }),
    ];
  });
}

/** Makes what is at each path, if anything, read-only, with what is mounted below. */
export function makeReadOnly(paths: readonly string[]): Step[] {
  const { RDONLY } = MountAttrFlags;
  const tree = AtFlags.EMPTY_PATH | AtFlags.RECURSIVE;
  return paths.flatMap((path) => [
    findExisting(path, `${path}, read-only`),
    step(openTree(place, "", CLONE | OpenTreeFlags.RECURSIVE), {
      into: cover,
      ignore: NOT_THERE,
    }),
    step(mountSetattr(cover, "", tree, { attr_set: RDONLY }), {
      ignore: NOT_THERE,
    }),
    step(moveMount(cover, "", place, "", TO_DESCRIPTOR), {
      why: `${path}, read-only`,
      ignore: NOT_THERE,
    }),
    step(close(cover), { ignore: NOT_THERE }),
    step(close(place), { ignore: NOT_THERE }),
  ]);
}

function findExisting(path: string, why: string): Step {
  const { PATH, NOFOLLOW } = OpenFlags;
  return step(openInside(path, PATH | NOFOLLOW), {
    into: place,
    why,
    ignore: ["ENOENT", "ENOTDIR"],
  });
}
