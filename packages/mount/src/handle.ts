import { closeSync, fstatSync, statSync } from "node:fs";
import { AtFlags, invoke, openat, OpenFlags } from "@ns/syscalls";
import { MountError } from "./error.ts";

/** How {@link openPath} looks a path up. */
export interface OpenPathOptions {
  /** Follow a symbolic link at the end of the path. Default true; else the place is the link itself. */
  readonly follow?: boolean;
  /** `ENOTDIR` unless it is a directory. Default false. */
  readonly directory?: boolean;
}

/**
 * A file or directory held by a descriptor: whatever is renamed or mounted meanwhile, it stays the same file on the
 * same mount. With `O_PATH` it is only a place, to mount on or to look up names in. Closed with `using`.
 */
export class Handle implements Disposable {
  readonly fd: number;
  readonly #owned: boolean;
  #open = true;

  private constructor(fd: number, owned: boolean) {
    this.fd = fd;
    this.#owned = owned;
  }

  /** Takes over a descriptor, which is closed with it. */
  static own(fd: number): Handle {
    return new Handle(fd, true);
  }

  /** Uses a descriptor that somebody else closes. */
  static borrow(fd: number): Handle {
    return new Handle(fd, false);
  }

  /**
   * A path for calls that take nothing else, which leads to this descriptor's file and looks no name up; see
   * proc_pid_fd(5).
   * @throws {MountError} `ERR_MOUNT_PLACE` if /proc does not tell the truth: not mounted, or covered.
   */
  procPath(): string {
    const path = `/proc/self/fd/${this.fd}`;
    const options = { bigint: true, throwIfNoEntry: false } as const;
    const [there, here] = [
      statSync(path, options),
      fstatSync(this.fd, options),
    ];
    if (there?.ino === here.ino && there.dev === here.dev) return path;
    throw new MountError(
      "ERR_MOUNT_PLACE",
      `cannot reach descriptor ${this.fd} through '${path}': expected a procfs at /proc`,
    );
  }

  /** Closes the descriptor. Idempotent. */
  close(): void {
    if (!this.#open) return;
    this.#open = false;
    if (this.#owned) closeSync(this.fd);
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

/**
 * Takes hold of the place a path leads to, which is not inside an untrusted root: for that there is `Root`; see
 * open(2).
 * @throws {SyscallError} `ENOENT` and its like.
 */
export function openPath(
  path: string,
  { follow = true, directory = false }: OpenPathOptions = {},
): Handle {
  const { PATH, CLOEXEC, NOFOLLOW, DIRECTORY } = OpenFlags;
  const flags =
    PATH | CLOEXEC | (follow ? 0 : NOFOLLOW) | (directory ? DIRECTORY : 0);
  return Handle.own(invoke(openat(AtFlags.FDCWD, path, flags)));
}
