import type { Captures, Fd, Text } from "../argument.ts";
import { MfdFlags, OpenFlags, ResolveFlags } from "../constants/file.ts";
import {
  type ConstantTable,
  fd,
  flags,
  formatFlags,
  int,
  octal,
  type Param,
} from "../param.ts";
import { cstring, output, path, struct } from "../pointer.ts";
import { type Layout, layout } from "../struct.ts";
import { define, type Syscall } from "../syscall.ts";

const OPEN: ConstantTable = { prefix: "O_", values: { ...OpenFlags } };

const OPENAT = { x64: 257, arm64: 56 };
const openExisting = define(
  "openat",
  OPENAT,
  () => [fd("dirfd"), path("pathname"), openFlags("flags")],
  { man: "open(2)" },
);
const openWithMode = define(
  "openat",
  OPENAT,
  () => [fd("dirfd"), path("pathname"), openFlags("flags"), octal("mode")],
  { man: "open(2)" },
);

/**
 * Opens `pathname` relative to the directory `dirfd`; the result is a descriptor; see open(2). `mode` is for
 * `O_CREAT` and `O_TMPFILE`.
 */
export function openat(
  dirfd: Fd,
  pathname: Text,
  flagsOfOpen: number,
  mode?: number,
): Syscall {
  if (mode === undefined) return openExisting(dirfd, pathname, flagsOfOpen);
  return openWithMode(dirfd, pathname, flagsOfOpen, mode);
}

/** The arguments of openat2(2): struct open_how. Fields left out are zero. */
export interface OpenHow {
  /** `O_*`. */
  readonly flags: number | bigint;
  /** Permissions, with `O_CREAT` or `O_TMPFILE`; otherwise 0, or the call is `EINVAL`. */
  readonly mode?: number | undefined;
  /** `RESOLVE_*`. */
  readonly resolve?: number | bigint | undefined;
}

/** struct open_how of include/uapi/linux/openat2.h. */
export const openHowLayout: Layout<OpenHow> = layout<OpenHow>("open_how", {
  flags: { type: "u64", param: openFlags("flags") },
  mode: { type: "u64", param: octal("mode") },
  resolve: {
    type: "u64",
    param: flags("resolve", { prefix: "RESOLVE_", values: ResolveFlags }),
  },
});

const sysOpenat2 = define("openat2", { x64: 437, arm64: 437 }, () => [
  fd("dirfd"),
  path("pathname"),
  struct("how", openHowLayout),
  int("size"),
]);

/**
 * Opens `pathname` relative to the directory `dirfd`, resolving it as `how.resolve` allows; the result is
 * a descriptor; see openat2(2). Linux 5.6.
 * @throws {SyscallError} `EXDEV` or `ELOOP` where the path leaves what is allowed, `EAGAIN` if something
 *   was renamed meanwhile and `..` could not be trusted: try again.
 */
export function openat2(dirfd: Fd, pathname: Text, how: OpenHow): Syscall {
  return sysOpenat2(dirfd, pathname, how, openHowLayout.size);
}

const sysPipe2 = define(
  "pipe2",
  { x64: 293, arm64: 59 },
  () => [output("pipefd", 8), flags("flags", OPEN)],
  { man: "pipe(2)" },
);

/**
 * Makes a pipe: two descriptors go to `pipefd`, the reading end first; see pipe(2).
 * In a sequence, `captureInts(readEnd, writeEnd)` takes them.
 */
export function pipe2(pipefd: Int32Array | Captures, flagsOfOpen = 0): Syscall {
  return sysPipe2(pipefd, flagsOfOpen);
}

const sysMemfdCreate = define("memfd_create", { x64: 319, arm64: 279 }, () => [
  cstring("name"),
  flags("flags", { prefix: "MFD_", values: MfdFlags }),
]);

/**
 * Makes a file that lives in memory; the result is its descriptor; see memfd_create(2). Linux 3.17.
 * `name` is for /proc/self/fd only.
 */
export function memfdCreate(name: string, mfdFlags = 0): Syscall {
  return sysMemfdCreate(name, mfdFlags);
}

/** Flags of open(2), printed with the access mode, which is no bit when it is O_RDONLY. */
export function openFlags(name: string): Param<number | bigint> {
  const all = flags(name, OPEN);
  return {
    ...all,
    format: (value) => {
      if ((BigInt(value) & 3n) !== 0n) return formatFlags(value, OPEN);
      const rest = formatFlags(value, OPEN);
      return rest === "0" ? "O_RDONLY" : `O_RDONLY|${rest}`;
    },
  };
}
