import {
  AtFlags,
  close,
  type Fd,
  fchmodat,
  fchownat,
  FileMode,
  mkdirat,
  mknodat,
  openat2,
  OpenFlags,
  register,
  ResolveFlags,
  sendfile,
  step,
  type Step,
  symlinkat,
} from "@ns/syscalls";
import { unsupported } from "./unsupported.ts";
import type { KnownPlaces } from "./known-places.ts";
import { findPlace } from "./place.ts";
import type { TreeEntry } from "./facts.ts";

/** What a program of steps can hold besides all else. */
const MAX_ENTRIES = 2000;
const MAX_BYTES = 0x7ffff000;

const origin = register("what is covered");
const from = register("from");
const to = register("to");

/**
 * Copies what a tmpfs will cover into it, before it is attached: `tmpcopyup`. What there is was listed when the plan was
 * made; the copy is made inside, by descriptors and without following links.
 */
export function copyUp(
  mount: Fd,
  destination: string,
  entries: readonly TreeEntry[],
  known: KnownPlaces,
): Step[] {
  if (entries.length === 0) return [];
  if (entries.length > MAX_ENTRIES)
    throw unsupported(
      `tmpcopyup at '${destination}'`,
      `expected at most ${MAX_ENTRIES} files, found ${entries.length}`,
    );
  const why = `copied to the tmpfs at ${destination}`;
  return [
    ...findPlace({ path: destination, kind: "directory", why }, known, origin),
    ...entries.flatMap((entry) => copyEntry(mount, entry, why)),
    close(origin),
  ];
}

function copyEntry(mount: Fd, entry: TreeEntry, why: string): Step[] {
  const { path, type, mode, uid, gid, target = "" } = entry;
  const own =
    uid === 0 && gid === 0
      ? []
      : [fchownat(mount, path, uid, gid, AtFlags.SYMLINK_NOFOLLOW)];
  switch (type) {
    case "directory":
      return [step(mkdirat(mount, path, mode), { why }), ...own];
    case "symlink":
      return [step(symlinkat(target, mount, path), { why }), ...own];
    case "other":
      return [];
    case "file":
      return [
        step(mknodat(mount, path, FileMode.IFREG | 0o600), { why }),
        step(open(origin, path, OpenFlags.RDONLY), { into: from, why }),
        step(open(mount, path, OpenFlags.WRONLY), { into: to, why }),
        step(sendfile(to, from, MAX_BYTES), { why }),
        close(from),
        close(to),
        ...own,
        fchmodat(mount, path, mode),
      ];
  }
}

function open(directory: Fd, path: string, flags: number) {
  return openat2(directory, path, {
    flags: flags | OpenFlags.CLOEXEC | OpenFlags.NOFOLLOW,
    resolve: ResolveFlags.BENEATH | ResolveFlags.NO_SYMLINKS,
  });
}
