import {
  invoke,
  mknodat,
  OpenFlags,
  readlinkat,
  renameat2,
  symlinkat,
  SyscallError,
} from "@ns/syscalls";
import { Handle, openPath } from "./handle.ts";
import { readPlace, removeEntry } from "./internal/entry.ts";
import { Lookup } from "./internal/lookup.ts";
import { mountAt } from "./mount.ts";
import { type MountApi, probeMountApi } from "./mount-api.ts";
import { type MountRequest, parseMountRequest } from "./mount-request.ts";
import { planUnmount } from "./unmount.ts";

/** How a root is opened. */
export interface RootOptions {
  /** Default: found out by calling. */
  readonly api?: MountApi;
}

/** How a path inside a root is looked up. */
export interface ResolveOptions {
  /** What happens at symbolic links: followed, without leaving the root, or `ELOOP`. Default `"follow"`. */
  readonly symlinks?: "follow" | "refuse";
}

/** How {@link Root.resolve} looks a place up. */
export interface PlaceOptions extends ResolveOptions {
  /** Whether a symbolic link at the end is followed; if not, the place is the link itself. Default true. */
  readonly follow?: boolean;
  /** `ENOTDIR` unless it is a directory. Default false. */
  readonly directory?: boolean;
}

/** How {@link Root.open} opens a file. */
export interface RootOpenOptions extends ResolveOptions {
  /** `O_*`. Default `O_RDONLY`. */
  readonly flags?: number;
  /** Permissions with `O_CREAT`, less the umask. Default 0o666. */
  readonly mode?: number;
}

/** How {@link Root.mkdir} and {@link Root.create} make what is not there. */
export interface RootMakeOptions extends ResolveOptions {
  /** Permissions, less the umask. Default: 0o755 for a directory, 0o644 for a file. */
  readonly mode?: number;
  /** Make directories that are missing on the way, with 0o755. Default true. */
  readonly parents?: boolean;
}

/** How {@link Root.mount} mounts. */
export interface RootMountOptions extends ResolveOptions {
  /** What is made if nothing is there: what the mount is. Default: nothing, `ENOENT`. */
  readonly create?: "directory" | "file";
}

const {
  CREAT,
  DIRECTORY,
  EXCL,
  NOCTTY,
  NOFOLLOW,
  NONBLOCK,
  PATH,
  RDONLY,
  RDWR,
} = OpenFlags;

/**
 * A directory as the root of paths that are not to be trusted: the root file system of a container, whose symbolic
 * links and whose other users lead where they like. Every path given to it, `..` and absolute ones and links included,
 * is looked up inside, once, and what was found is held by a descriptor; see openat2(2), `RESOLVE_IN_ROOT`. Before
 * Linux 5.6, or under a filter, it is walked component by component, with the same guarantee.
 *
 * Links of procfs that are none in truth (`/proc/self/exe`, `/proc/self/fd/3`) are `ELOOP`.
 */
export class Root implements Disposable {
  readonly fd: number;
  readonly #handle: Handle;
  readonly #lookup: Lookup;
  readonly #api: MountApi | undefined;

  /** Takes over the handle of a directory. */
  constructor(handle: Handle, { api }: RootOptions = {}) {
    this.fd = handle.fd;
    this.#handle = handle;
    this.#api = api;
    this.#lookup = new Lookup(handle.fd, { openat2: api?.openat2 ?? true });
  }

  /**
   * Takes hold of the place a path leads to, without opening the file (`O_PATH`).
   * @throws {SyscallError} `ENOENT`, `ENOTDIR`, `ELOOP`, `EACCES`.
   */
  resolve(path: string, options: PlaceOptions = {}): Handle {
    const { follow = true, directory = false, ...how } = options;
    const flags = PATH | (follow ? 0 : NOFOLLOW) | (directory ? DIRECTORY : 0);
    return this.#open(path, { ...how, flags });
  }

  /**
   * Opens a file or directory. Whether it is a device or FIFO, which opening may set to work or wait for, is for the
   * caller to know: {@link Root.readFile} takes files only.
   * @throws {SyscallError} as open(2).
   */
  open(path: string, options: RootOpenOptions = {}): Handle {
    return this.#open(path, { flags: RDONLY, mode: 0o666, ...options });
  }

  /**
   * Makes a file that is not there yet, and opens it for reading and writing.
   * @throws {SyscallError} `EEXIST` if there is anything, a dangling link included.
   */
  create(path: string, options: RootMakeOptions = {}): Handle {
    const { mode = 0o644, parents = true, ...how } = options;
    return this.#open(path, {
      ...how,
      flags: RDWR | CREAT | EXCL | NOFOLLOW,
      mode,
      ...(parents && { make: { mode: 0o755, last: false } }),
    });
  }

  /**
   * Makes a directory, and with it those that are missing on the way; one that is there is as good. Returns its place.
   * @throws {SyscallError} `ENOTDIR` if something on the way is no directory.
   */
  mkdir(path: string, options: RootMakeOptions = {}): Handle {
    const { mode = 0o755, parents = true, ...how } = options;
    if (!parents) this.resolve(dirnameOf(path), how).close();
    const make = { mode, last: true };
    return this.#open(path, { ...how, flags: PATH | DIRECTORY, make });
  }

  /**
   * Reads a file, which must be one: not a device that has no end or a FIFO that nobody writes (CVE-2024-9676).
   * @throws {MountError} `ERR_MOUNT_PLACE` for anything else, or more than `maxBytes`, by default 1 MiB.
   */
  readFile(
    path: string,
    {
      maxBytes = 1 << 20,
      ...how
    }: ResolveOptions & { readonly maxBytes?: number } = {},
  ): Buffer {
    using place = this.resolve(path, how);
    return readPlace(place, path, maxBytes);
  }

  /** The text of a symbolic link. */
  readlink(path: string, how: ResolveOptions = {}): string {
    using link = this.resolve(path, { ...how, follow: false });
    const buffer = Buffer.alloc(4096);
    return buffer.toString("utf8", 0, invoke(readlinkat(link.fd, "", buffer)));
  }

  /** Makes a symbolic link, whose text is not looked at; see symlink(2). */
  symlink(target: string, path: string, how: ResolveOptions = {}): void {
    using at = this.#parent(path, how);
    invoke(symlinkat(target, at.directory.fd, at.name));
  }

  /** Makes a device, FIFO, socket or file; see mknod(2), and `FileMode` and `makedev` of `@ns/syscalls`. */
  mknod(
    path: string,
    {
      mode,
      device = 0,
      ...how
    }: ResolveOptions & { readonly mode: number; readonly device?: number },
  ): void {
    using at = this.#parent(path, how);
    invoke(mknodat(at.directory.fd, at.name, mode, device));
  }

  /** Removes a file, link or empty directory; see unlink(2). Returns whether it was there. */
  remove(path: string, how: ResolveOptions = {}): boolean {
    using at = this.#parent(path, how);
    return removeEntry(at.directory.fd, at.name);
  }

  /** Renames within the root, replacing what has the new name unless `RENAME_*` flags say otherwise; see rename(2). */
  rename(from: string, to: string, renameFlags = 0): void {
    using old = this.#parent(from, {});
    using next = this.#parent(to, {});
    invoke(
      renameat2(
        old.directory.fd,
        old.name,
        next.directory.fd,
        next.name,
        renameFlags,
      ),
    );
  }

  /**
   * Mounts something at a path of the root: onto the place that was found there, by its descriptor. A `source` is a
   * path or descriptor outside.
   * @throws {TypeError} {@link parseMountRequest}'s, before anything has happened.
   * @throws {SyscallError} as `mount`.
   */
  mount(path: string, request: MountRequest & RootMountOptions): void {
    const { create, symlinks = "follow", ...rest } = request;
    const parsed = parseMountRequest(rest);
    using place = this.#placeFor(path, create, { symlinks });
    mountAt(place, parsed, this.#api ?? probeMountApi());
  }

  /** Takes what is on top at a path of the root out of the tree (`MNT_DETACH`). */
  unmount(path: string, how: ResolveOptions = {}): void {
    using place = this.resolve(path, how);
    // a path through the descriptor is a link, though no name is looked up
    invoke(planUnmount(place.procPath(), { detach: true, follow: true }));
  }

  [Symbol.dispose](): void {
    this.#handle.close();
  }

  #open(path: string, options: Parameters<Lookup["open"]>[1]): Handle {
    return Handle.own(this.#lookup.open(path, options));
  }

  #placeFor(
    path: string,
    create: "directory" | "file" | undefined,
    how: ResolveOptions,
  ): Handle {
    if (create === "directory") return this.mkdir(path, how);
    if (create === undefined) return this.resolve(path, how);
    const flags = RDONLY | CREAT | NONBLOCK | NOCTTY;
    const make = { mode: 0o755, last: false };
    try {
      return this.resolve(path, how);
    } catch (error) {
      if (!(error instanceof SyscallError) || error.code !== "ENOENT")
        throw error;
      return this.#open(path, { ...how, flags, mode: 0o644, make });
    }
  }

  /** The directory that a path's last component is a name in. */
  #parent(path: string, how: ResolveOptions): Parent {
    const name = /([^/]+)$/.exec(path)?.[1];
    if (name === undefined || name === "." || name === "..")
      throw new RangeError(
        `invalid path '${path}': expected a name at its end`,
      );
    const directory = this.resolve(dirnameOf(path), {
      ...how,
      directory: true,
    });
    return { directory, name, [Symbol.dispose]: () => directory.close() };
  }
}

interface Parent extends Disposable {
  readonly directory: Handle;
  readonly name: string;
}

/** The path without its last component; not of `..`, which is none. */
function dirnameOf(path: string): string {
  return path.replace(/[^/]+\/*$/, "") || "/";
}

/**
 * Opens a directory as the root of paths that are not to be trusted. The path itself is looked up as any other.
 * @throws {SyscallError} `ENOENT`, `ENOTDIR` if it is no directory.
 */
export function openRoot(path: string, options: RootOptions = {}): Root {
  return new Root(openPath(path, { directory: true }), options);
}
