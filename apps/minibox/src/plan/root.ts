import {
  AtFlags,
  chdir,
  fchownat,
  mkdirat,
  mknodat,
  FileMode,
  mount,
  MountAttrFlags,
  MountFlags,
  mountSetattr,
  moveMount,
  MoveMountFlags,
  openTree,
  OpenTreeFlags,
  pivotRoot,
  type Register,
  register,
  step,
  type Step,
  symlinkat,
  umask,
  umount2,
  UmountFlags,
} from "@ns/syscalls";
import { type RootEntry } from "./root-layout.ts";

/**
 * Where the new root is put together: on top of the host's /sys, which holds nothing that goes into it. Mounted in
 * our own mount namespace, it covers nothing for anybody else.
 */
const STAGE = "/sys";
const ROOT = `${STAGE}/root`;

/** Puts a throw-away copy of the host's root together in `/sys/root`. */
export function buildThrowawayRoot(
  entries: readonly RootEntry[],
  inUserNamespace: boolean,
): Step[] {
  return [
    step(umask(0), { why: "modes are meant as they are given" }),
    step(
      mount(
        "tmpfs",
        STAGE,
        "tmpfs",
        MountFlags.NODEV | MountFlags.NOSUID,
        "mode=0755",
      ),
      {
        why: "what is written inside goes here, and away with it",
      },
    ),
    mkdirat(AtFlags.FDCWD, ROOT, 0o755),
    mkdirat(AtFlags.FDCWD, `${STAGE}/upper`, 0o755),
    mkdirat(AtFlags.FDCWD, `${STAGE}/work`, 0o755),
    ...(entries.some(({ path }) => path === "/")
      ? []
      : [
          step(mount(ROOT, ROOT, null, MountFlags.BIND, null), {
            why: "pivot_root wants a mount",
          }),
        ]),
    ...entries.flatMap((entry, i) => buildEntry(entry, i, inUserNamespace)),
  ];
}

function buildEntry(
  rootEntry: RootEntry,
  index: number,
  inUserNamespace: boolean,
): Step[] {
  const { path, kind, entry, isThere } = rootEntry;
  const target = path === "/" ? ROOT : ROOT + path;
  switch (kind) {
    case "symlink":
      return [symlinkat(entry.target ?? "", AtFlags.FDCWD, target)];
    case "file":
      return [
        ...(isThere
          ? []
          : [mknodat(AtFlags.FDCWD, target, FileMode.IFREG | 0o644, 0)]),
        ...bindReadOnly(path, target, false),
      ];
    case "directory":
    case "empty":
      return makeDirectory(target, rootEntry, inUserNamespace);
    case "overlay":
      return overlay(rootEntry, target, index, inUserNamespace);
  }
}

/** A directory with the mode and, where we may give it away, the owner of the host's. */
function makeDirectory(
  target: string,
  { entry }: RootEntry,
  inUserNamespace: boolean,
): Step[] {
  const make = mkdirat(AtFlags.FDCWD, target, entry.mode);
  if (inUserNamespace || (entry.uid === 0 && entry.gid === 0)) return [make];
  return [
    make,
    fchownat(
      AtFlags.FDCWD,
      target,
      entry.uid,
      entry.gid,
      AtFlags.SYMLINK_NOFOLLOW,
    ),
  ];
}

function overlay(
  rootEntry: RootEntry,
  target: string,
  index: number,
  inUserNamespace: boolean,
): Step[] {
  const { path, isMountPoint, isThere, mountOptions } = rootEntry;
  const upper = `${STAGE}/upper/${index}`;
  const work = `${STAGE}/work/${index}`;
  // In a user namespace overlayfs may write only user.* extended attributes. Linux 5.11.
  const data = `lowerdir=${escapeLayer(path)},upperdir=${upper},workdir=${work}${inUserNamespace ? ",userxattr" : ""}`;
  const mountFlags =
    MountFlags.NODEV |
    (mountOptions.includes("nosuid") ? MountFlags.NOSUID : 0) |
    (mountOptions.includes("noexec") ? MountFlags.NOEXEC : 0);
  const mountIt = step(mount("overlay", target, "overlay", mountFlags, data), {
    why: `a throw-away copy of ${path}`,
  });
  return [
    ...(isThere ? [] : [mkdirat(AtFlags.FDCWD, target, 0o755)]),
    // The upper directory's mode and owner are those that show.
    ...makeDirectory(upper, rootEntry, inUserNamespace),
    mkdirat(AtFlags.FDCWD, work, 0o700),
    isMountPoint
      ? step(mountIt, {
          ...mountIt,
          // FAT, some FUSE and other overlays cannot be a lower layer.
          ignore: ["EINVAL", "EPERM", "EOPNOTSUPP", "ENODEV"],
          otherwise: bindReadOnly(path, target, true),
        })
      : mountIt,
  ];
}

/** One for all: it is free again as soon as the mount is attached, and a program has only so many. */
const tree = register("tree");

/** Shows the host's file or tree, read-only. */
function bindReadOnly(
  path: string,
  target: string,
  recursive: boolean,
): Step[] {
  const flags =
    OpenTreeFlags.CLONE |
    OpenTreeFlags.CLOEXEC |
    (recursive ? OpenTreeFlags.RECURSIVE : 0);
  const at = AtFlags.EMPTY_PATH | (recursive ? AtFlags.RECURSIVE : 0);
  const readOnly = MountAttrFlags.RDONLY | MountAttrFlags.NODEV;
  return [
    step(openTree(AtFlags.FDCWD, path, flags), {
      into: tree,
      why: `the host's ${path}, read-only`,
    }),
    mountSetattr(tree, "", at, { attr_set: readOnly }),
    attachHere(tree, target),
  ];
}

/** overlayfs separates layers by colons and mount(2) options by commas; a backslash keeps one. */
function escapeLayer(path: string): string {
  return path.replaceAll(/[\\:,]/g, (character) => `\\${character}`);
}

/** Takes hold of the directory `rootfs`, with what is mounted below it. */
export function takeRoot(rootfs: string): {
  readonly mount: Register;
  readonly steps: Step[];
} {
  const flags =
    OpenTreeFlags.CLONE | OpenTreeFlags.CLOEXEC | OpenTreeFlags.RECURSIVE;
  const take = openTree(AtFlags.FDCWD, rootfs, flags);
  return {
    mount: tree,
    steps: [step(take, { into: tree, why: "the root file system" })],
  };
}

/** Makes the directory `rootfs` the new root's mount. */
export function buildRootfs(rootfs: string): Step[] {
  return [
    step(umask(0), { why: "modes are meant as they are given" }),
    ...takeRoot(rootfs).steps,
    step(
      mountSetattr(tree, "", AtFlags.EMPTY_PATH | AtFlags.RECURSIVE, {
        attr_set: MountAttrFlags.NODEV,
      }),
      {
        why: "no device in it can be opened",
      },
    ),
    ...stageRoot(tree),
  ];
}

function stageRoot(taken: Register): Step[] {
  return [
    step(mount("tmpfs", STAGE, "tmpfs", 0, "mode=0755"), {
      why: "a place for it",
    }),
    mkdirat(AtFlags.FDCWD, ROOT, 0o755),
    attachHere(taken, ROOT),
  ];
}

function attachHere(mount: Register, target: string): Step {
  const { F_EMPTY_PATH } = MoveMountFlags;
  return step(moveMount(mount, "", AtFlags.FDCWD, target, F_EMPTY_PATH), {
    closes: [mount],
  });
}

/** Makes a root that was taken hold of the root. What else there is of the host's is cut off before it goes. */
export function enterStagedRoot(taken: Register): Step[] {
  return [
    step(
      mountSetattr(taken, "", AtFlags.EMPTY_PATH, {
        propagation: MountFlags.SLAVE,
      }),
      { why: "pivot_root wants one that is not shared" },
    ),
    step(mount(null, "/", null, MountFlags.REC | MountFlags.PRIVATE, null), {
      why: "letting go of the host's is nobody else's business",
    }),
    ...stageRoot(taken),
    ...enterRoot(),
  ];
}

/**
 * Makes what was built the root, and lets go of the old one. From here on no path, symbolic link or `..` leads to
 * the host: what is mounted and made later cannot be led astray by what the root contains (CVE-2021-30465).
 */
export function enterRoot(): Step[] {
  return [
    step(chdir(ROOT), { why: "pivot without a place for the old root" }),
    step(pivotRoot(".", "."), { why: "the new root" }),
    step(umount2(".", UmountFlags.DETACH), { why: "let go of the host's" }),
    chdir("/"),
  ];
}

/** Makes the root and, in a throw-away copy, its layers read-only. */
export function sealRoot(entries: readonly RootEntry[]): Step[] {
  const paths = [
    "/",
    ...entries.filter(({ kind }) => kind === "overlay").map(({ path }) => path),
  ];
  return paths.map((path) =>
    step(
      mountSetattr(AtFlags.FDCWD, path, 0, { attr_set: MountAttrFlags.RDONLY }),
      { why: "a read-only root" },
    ),
  );
}
