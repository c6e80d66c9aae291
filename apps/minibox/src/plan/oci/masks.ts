import { planCreate, tmpfs } from "@ns/mount";
import {
  AtFlags,
  close,
  fcntl,
  FcntlCommands,
  mountSetattr,
  MountAttrFlags,
  moveMount,
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
import { openInside, TO_DESCRIPTOR } from "./place.ts";

const CLONE =
  OpenTreeFlags.CLONE | OpenTreeFlags.CLOEXEC | OpenTreeFlags.EMPTY_PATH;

/** What covers files and directories. */
export interface Covers {
  readonly paths: readonly string[];
  readonly file: Register;
  readonly directory: Register;
  /** Takes what is the host's, while its root is there. */
  readonly take: readonly Step[];
  /** Makes what is new. */
  readonly make: readonly Step[];
}

/**
 * Takes the host's own /dev/null, which nothing that an image has can stand for (CVE-2025-31133), and makes an empty
 * directory.
 */
export function takeCovers(paths: readonly string[]): Covers {
  const file = takeFromHost("/dev/null", "to hide files");
  const directory = planCreate(tmpfs({ size: 4096, inodes: 1 }), {
    attributes: INERT | MountAttrFlags.RDONLY,
    into: register("empty"),
    why: "to hide directories",
  });
  const restrict = { attr_set: DEVICE };
  const isUsed = paths.length > 0;
  return {
    paths,
    file: file.mount,
    directory: directory.mount,
    take: isUsed
      ? [
          ...file.steps,
          mountSetattr(file.mount, "", AtFlags.EMPTY_PATH, restrict),
        ]
      : [],
    make: isUsed ? directory.steps : [],
  };
}

const place = register("masked");
const cover = register("cover");

/**
 * Covers what is at each path, if anything: a directory by an empty one, a file by the host's /dev/null. Which it is, is
 * asked first: a mount that is made and does not fit costs an RCU grace period when it is let go of.
 */
export function coverPaths({ paths, file, directory }: Covers): Step[] {
  if (paths.length === 0) return [];
  const steps = paths.map((path) => {
    const why = `hide ${path}`;
    const coverBy = (it: Register): Step[] => [
      another(it),
      step(moveMount(cover, "", place, "", TO_DESCRIPTOR), {
        why,
        closes: [cover, place],
      }),
    ];
    return findExisting(path, why, {
      flags: OpenFlags.DIRECTORY,
      then: coverBy(directory),
      otherwise: [findExisting(path, why, { then: coverBy(file) })],
    });
  });
  return [...steps, close(file), close(directory)];
}

/** Another mount of what `of` is one of; itself as long as it is attached nowhere, since no such is cloned before Linux 6.15. */
function another(of: Register): Step {
  return step(openTree(of, "", CLONE), {
    into: cover,
    ignore: ["EINVAL"],
    otherwise: [
      step(fcntl(of, FcntlCommands.DUPFD_CLOEXEC, 0), { into: cover }),
    ],
  });
}

/** Makes what is at each path, if anything, read-only, with what is mounted below. */
export function makeReadOnly(paths: readonly string[]): Step[] {
  const tree = AtFlags.EMPTY_PATH | AtFlags.RECURSIVE;
  const change = { attr_set: MountAttrFlags.RDONLY };
  return paths.map((path) => {
    const why = `${path}, read-only`;
    const then = [
      step(openTree(place, "", CLONE | OpenTreeFlags.RECURSIVE), {
        into: cover,
      }),
      mountSetattr(cover, "", tree, change),
      step(moveMount(cover, "", place, "", TO_DESCRIPTOR), {
        why,
        closes: [cover, place],
      }),
    ];
    return findExisting(path, why, { then });
  });
}

/** Opens what is at a path as {@link place}, and does something to it, or if there is no such thing something else. */
function findExisting(
  path: string,
  why: string,
  {
    flags = 0,
    ...rest
  }: { readonly flags?: number } & Pick<Step, "then" | "otherwise">,
): Step {
  const { PATH, NOFOLLOW } = OpenFlags;
  return step(openInside(path, PATH | NOFOLLOW | flags), {
    into: place,
    why,
    ignore: ["ENOENT", "ENOTDIR"],
    ...rest,
  });
}
