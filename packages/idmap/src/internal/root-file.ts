import { closeSync, fstatSync, readSync } from "node:fs";
import {
  AtFlags,
  type Fd,
  invoke,
  openat,
  openat2,
  type OpenHow,
  OpenFlags,
  ResolveFlags,
  SyscallError,
} from "@ns/syscalls";
import { IdmapError } from "../error.ts";

/** How much of a file is read: an image may have put anything there (CVE-2026-47262). */
const MAX_BYTES = 1 << 20;

/**
 * Reads a text below a root directory. Links lead no further than the root (CVE-2024-9676), and nothing but a regular
 * file is opened: a FIFO would make us wait, and a device may do anything. A file that is not there is empty.
 * @throws {IdmapError} `ERR_IDMAP_DATABASE` for what is no regular file, or larger than 1 MiB.
 */
export function readRootFile(root: Fd, path: string): string {
  using place = openPlace(root, path);
  if (place === undefined) return "";
  const stats = fstatSync(place.fd);
  if (!stats.isFile()) throw refuse(path, "it is not a regular file");
  if (stats.size > MAX_BYTES) throw tooLarge(path);
  using file = openFile(place.fd);
  return readCapped(file.fd, path);
}

type Opened = Disposable & { readonly fd: number };

/** Finds the file without opening it. */
function openPlace(root: Fd, path: string): Opened | undefined {
  const flags = OpenFlags.PATH | OpenFlags.CLOEXEC;
  const resolve = ResolveFlags.IN_ROOT | ResolveFlags.NO_MAGICLINKS;
  try {
    return opened(openInRoot(root, path, { flags, resolve }));
  } catch (error) {
    if (!(error instanceof SyscallError)) throw error;
    // nobody has an entry in a file that is not there
    if (error.code === "ENOENT" || error.code === "ENOTDIR") return undefined;
    // before Linux 5.6; a seccomp filter that does not know the call
    if (error.code === "ENOSYS" || error.code === "EPERM")
      return openWithoutLinks(root, path);
    throw error;
  }
}

/** How often `..` may meet with a rename or mount, anywhere on the machine, before that is an error. */
const MAX_ATTEMPTS = 64;

function openInRoot(root: Fd, path: string, how: OpenHow): number {
  for (let attempt = 1; ; attempt++) {
    try {
      return invoke(openat2(root, path, how));
    } catch (error) {
      const again = error instanceof SyscallError && error.code === "EAGAIN";
      if (!again || attempt === MAX_ATTEMPTS) throw error;
    }
  }
}

/** The same, component by component, for a kernel without openat2(2): a symbolic link is an error. */
function openWithoutLinks(root: Fd, path: string): Opened | undefined {
  const flags = OpenFlags.PATH | OpenFlags.NOFOLLOW | OpenFlags.CLOEXEC;
  let at: Opened | undefined;
  for (const component of path.split("/")) {
    using parent = at;
    try {
      at = opened(invoke(openat(parent?.fd ?? root, component, flags)));
    } catch (error) {
      const code = error instanceof SyscallError ? error.code : undefined;
      if (code === "ENOENT") return undefined;
      // O_PATH opens a link itself, which is no directory
      if (code !== "ENOTDIR") throw error;
      throw refuse(path, "a component is no directory, or a symbolic link");
    }
  }
  return at;
}

/** Opens what was found, by its descriptor: not a path that may lead elsewhere by now. */
function openFile(place: number): Opened {
  const flags = OpenFlags.RDONLY | OpenFlags.NONBLOCK | OpenFlags.CLOEXEC;
  return opened(invoke(openat(AtFlags.FDCWD, `/proc/self/fd/${place}`, flags)));
}

/** Reads to the end: the size that a file says it has need not be true. */
function readCapped(fd: number, path: string): string {
  const bytes = Buffer.allocUnsafe(MAX_BYTES + 1);
  let length = 0;
  for (;;) {
    const count = readSync(fd, bytes, length, bytes.length - length, null);
    if (count === 0) return bytes.toString("utf8", 0, length);
    length += count;
    if (length > MAX_BYTES) throw tooLarge(path);
  }
}

function opened(fd: number): Opened {
  return {
    fd,
    [Symbol.dispose]: () => {
      closeSync(fd);
    },
  };
}

function tooLarge(path: string): IdmapError {
  return refuse(path, `it is larger than ${MAX_BYTES} bytes`);
}

function refuse(path: string, why: string): IdmapError {
  return new IdmapError(
    "ERR_IDMAP_DATABASE",
    `cannot read /${path} of the root: ${why}`,
    { hint: "user and group by number, UID:GID, need no files" },
  );
}
