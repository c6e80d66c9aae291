import { fstatSync } from "node:fs";
import {
  errnoNumber,
  fcntl,
  FcntlCommands,
  invoke,
  openat,
  openat2,
  OpenFlags,
  ResolveFlags,
  SyscallError,
} from "@ns/syscalls";
import { isMissing } from "../mount-api.ts";
import { Walk, type WalkEnd } from "./walk.ts";

/** How a path is looked up in a root, and opened. */
export interface LookupOptions {
  /** `O_*`; close-on-exec comes by itself. */
  readonly flags: number;
  /** Permissions, with `O_CREAT`. */
  readonly mode?: number;
  /** Symbolic links: followed inside the root, or `ELOOP`. Default `"follow"`. */
  readonly symlinks?: "follow" | "refuse";
  /** Directories that are missing are made: on the way, or the last one too. */
  readonly make?: { readonly mode: number; readonly last: boolean };
}

const { PATH, CLOEXEC, CREAT, DIRECTORY, EXCL, NOFOLLOW } = OpenFlags;
const { IN_ROOT, NO_MAGICLINKS, NO_SYMLINKS } = ResolveFlags;

/** How often `..` may meet with a rename before we walk ourselves. */
const MAX_ATTEMPTS = 64;

/** Looks paths up with a directory for their root: by openat2(2), or where there is none by a walk of our own. */
export class Lookup {
  readonly #root: number;
  #openat2: boolean;

  constructor(root: number, { openat2 }: { readonly openat2: boolean }) {
    this.#root = root;
    this.#openat2 = openat2;
  }

  /** Returns a descriptor, which the caller closes. */
  open(path: string, options: LookupOptions): number {
    const byKernel = this.#openat2 ? this.#ask(path, options) : undefined;
    if (byKernel !== undefined) return byKernel;
    using walk = new Walk(this.#root, path, walkOptions(options), (end) =>
      openEnd(end, options),
    );
    return walk.run();
  }

  /** Asks the kernel; undefined if it does not know. */
  #ask(path: string, options: LookupOptions): number | undefined {
    const { flags, mode, symlinks = "follow", make } = options;
    const resolve =
      IN_ROOT | NO_MAGICLINKS | (symlinks === "refuse" ? NO_SYMLINKS : 0);
    const call = openat2(this.#root, path, {
      flags: flags | CLOEXEC,
      ...((flags & CREAT) !== 0 && { mode: mode ?? 0 }),
      resolve,
    });
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      try {
        return invoke(call);
      } catch (error) {
        if (!(error instanceof SyscallError)) throw error;
        // a rename anywhere on the machine, while `..` was looked up
        if (error.code === "EAGAIN") continue;
        if (error.code === "ENOSYS") this.#openat2 = false;
        // EPERM may be a filter's word, or the file's: the walk will tell
        const walks =
          isMissing(error) || (error.code === "ENOENT" && make !== undefined);
        if (walks) return undefined;
        throw error;
      }
    }
    return undefined;
  }
}

function walkOptions({ flags, symlinks = "follow", make }: LookupOptions): {
  readonly symlinks: "follow" | "refuse";
  readonly followLast: boolean;
  readonly make?: NonNullable<LookupOptions["make"]>;
} {
  const exclusive = CREAT | EXCL;
  return {
    symlinks,
    followLast: (flags & NOFOLLOW) === 0 && (flags & exclusive) !== exclusive,
    ...(make !== undefined && { make }),
  };
}

/** Opens what a walk has come to, without following it anywhere. */
function openEnd(
  { directory, name, found }: WalkEnd,
  { flags, mode }: LookupOptions,
): number {
  if ((flags & PATH) === 0) {
    const created = (flags & CREAT) !== 0 ? (mode ?? 0) : undefined;
    const all = flags | NOFOLLOW | CLOEXEC;
    return invoke(openat(directory, name, all, created));
  }
  if (found === undefined) throw failure("ENOENT");
  if ((flags & DIRECTORY) !== 0 && !fstatSync(found).isDirectory())
    throw failure("ENOTDIR");
  // it is what was looked at: opening it again might find another
  return invoke(fcntl(found, FcntlCommands.DUPFD_CLOEXEC, 0));
}

function failure(code: "ENOENT" | "ENOTDIR"): SyscallError {
  return new SyscallError({ errno: errnoNumber(code), syscall: "openat" });
}
