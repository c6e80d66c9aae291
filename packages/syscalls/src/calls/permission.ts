import type { Fd, Text } from "../argument.ts";
import { AccessMode, AtFlags } from "../constants/file.ts";
import { fd, flags, int, octal, type Param } from "../param.ts";
import { path } from "../pointer.ts";
import { define, type Syscall } from "../syscall.ts";

const { SYMLINK_NOFOLLOW, EACCESS, EMPTY_PATH } = AtFlags;
const DIRFD = fd("dirfd");
const PATHNAME = path("pathname");
const OWNER_FLAGS = flags("flags", {
  prefix: "AT_",
  values: { SYMLINK_NOFOLLOW, EMPTY_PATH },
});

const sysFchownat = define(
  "fchownat",
  { x64: 260, arm64: 54 },
  () => [DIRFD, PATHNAME, int("owner"), int("group"), OWNER_FLAGS],
  { man: "chown(2)" },
);

/** Changes a file's owner and group; -1 leaves one as it is; see chown(2). */
export function fchownat(
  dirfd: Fd,
  pathname: Text,
  owner: number,
  group: number,
  atFlags = 0,
): Syscall {
  return sysFchownat(dirfd, pathname, owner, group, atFlags);
}

const sysFchown = define(
  "fchown",
  { x64: 93, arm64: 55 },
  () => [fd("fd"), int("owner"), int("group")],
  { man: "chown(2)" },
);

/** Changes the owner and group of the file a descriptor refers to; see chown(2). */
export function fchown(file: Fd, owner: number, group: number): Syscall {
  return sysFchown(file, owner, group);
}

const sysFchmodat = define(
  "fchmodat",
  { x64: 268, arm64: 53 },
  () => [DIRFD, PATHNAME, octal("mode")],
  { man: "chmod(2)" },
);

/** Changes a file's permissions; follows a symbolic link; see chmod(2). */
export function fchmodat(dirfd: Fd, pathname: Text, mode: number): Syscall {
  return sysFchmodat(dirfd, pathname, mode);
}

const sysFchmodat2 = define(
  "fchmodat2",
  { x64: 452, arm64: 452 },
  () => [DIRFD, PATHNAME, octal("mode"), OWNER_FLAGS],
  {
    man: "chmod(2)",
  },
);

/** Changes permissions, with flags; `AT_EMPTY_PATH` takes an O_PATH descriptor; see chmod(2). Linux 6.6. */
export function fchmodat2(
  dirfd: Fd,
  pathname: Text,
  mode: number,
  atFlags: number,
): Syscall {
  return sysFchmodat2(dirfd, pathname, mode, atFlags);
}

const sysFchmod = define(
  "fchmod",
  { x64: 91, arm64: 52 },
  () => [fd("fd"), octal("mode")],
  { man: "chmod(2)" },
);

/** Changes the permissions of the file a descriptor refers to, which must not be O_PATH; see chmod(2). */
export function fchmod(file: Fd, mode: number): Syscall {
  return sysFchmod(file, mode);
}

const sysFaccessat2 = define(
  "faccessat2",
  { x64: 439, arm64: 439 },
  () => [
    DIRFD,
    PATHNAME,
    accessMode("mode"),
    flags("flags", {
      prefix: "AT_",
      values: { EACCESS, SYMLINK_NOFOLLOW, EMPTY_PATH },
    }),
  ],
  { man: "access(2)" },
);

/** Asks whether a file may be accessed, by the real ids, with `AT_EACCESS` by the effective ones; see access(2). Linux 5.8. */
export function faccessat2(
  dirfd: Fd,
  pathname: Text,
  mode: number,
  atFlags = 0,
): Syscall {
  return sysFaccessat2(dirfd, pathname, mode, atFlags);
}

function accessMode(name: string): Param<number> {
  const values = { R_OK: AccessMode.R, W_OK: AccessMode.W, X_OK: AccessMode.X };
  const set = flags(name, { prefix: "", values });
  return {
    name,
    encode: set.encode,
    format: (value) => (value === AccessMode.F ? "F_OK" : set.format(value)),
  };
}
