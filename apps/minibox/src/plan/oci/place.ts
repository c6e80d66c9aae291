import {
  AtFlags,
  close,
  type Fd,
  FileMode,
  mkdirat,
  mknodat,
  moveMount,
  MoveMountFlags,
  openat2,
  OpenFlags,
  type Register,
  register,
  ResolveFlags,
  step,
  type Step,
  type Syscall,
} from "@ns/syscalls";
import type { KnownPlaces } from "./known-places.ts";

/** A directory to go on from, not to read. */
export const DIRECTORY: number =
  OpenFlags.PATH | OpenFlags.DIRECTORY | OpenFlags.CLOEXEC;
/** A mount and where it goes, both of them open. */
export const TO_DESCRIPTOR: number =
  MoveMountFlags.F_EMPTY_PATH | MoveMountFlags.T_EMPTY_PATH;
const IN_ROOT = ResolveFlags.IN_ROOT | ResolveFlags.NO_MAGICLINKS;

/** One for all: each is free again when what is made there has been made, and a program has only so many. */
const parent = register("parent");
const found = register("place");

/** Opens a path inside, whatever links it goes by; nowhere does one lead out of the root. */
export function openInside(path: string, flags: number, resolve = 0): Step {
  return openat2(AtFlags.FDCWD, path, {
    flags: OpenFlags.CLOEXEC | flags,
    resolve: IN_ROOT | resolve,
  });
}

/** Something to be found inside, or made. */
export interface Place {
  readonly path: string;
  readonly kind: "directory" | "file";
  /** Whether no symbolic link may lead there: a file system of the kernel's belongs where its name says (CVE-2019-19921). */
  readonly direct?: boolean;
  /** Whether what is mounted there has nothing in it but what we make, or what the kernel does. */
  readonly fresh?: boolean;
  readonly why: string;
}

/** Finds a place inside, makes what is missing of it, and leaves its descriptor in `into`. */
export function findPlace(
  { path, kind, direct = false, why }: Place,
  known: KnownPlaces,
  into: Register = found,
): Step[] {
  const parts = partsOf(path);
  const resolve = direct ? ResolveFlags.NO_SYMLINKS : 0;
  const last = parts.length - 1;
  const flags = kind === "directory" ? DIRECTORY : OpenFlags.PATH;
  const find = step(openInside(pathOf(parts), flags, resolve), { into, why });
  if (last < 0 || (kind === "directory" && known.has(pathOf(parts))))
    return [find];
  const make =
    kind === "directory"
      ? mkdirat(parent, parts[last] ?? "", 0o755)
      : mknodat(parent, parts[last] ?? "", FileMode.IFREG | 0o644);
  return [
    step(find, {
      ...find,
      ignore: ["ENOENT"],
      otherwise: [
        ...findDirectory(parts.slice(0, last), known, { resolve, why }),
        makeThere(make, `make ${path}`),
        find,
      ],
    }),
  ];
}

/** Opens a directory inside as `parent`, making what is missing of it. */
function findDirectory(
  parts: readonly string[],
  known: KnownPlaces,
  { resolve = 0, why }: { readonly resolve?: number; readonly why: string },
): Step[] {
  const path = pathOf(parts);
  const find = step(openInside(path, DIRECTORY, resolve), {
    into: parent,
    why,
  });
  const [name] = parts.slice(-1);
  if (name === undefined || known.has(path)) return [find];
  return [
    step(find, {
      ...find,
      ignore: ["ENOENT"],
      otherwise: [
        ...findDirectory(parts.slice(0, -1), known, { resolve, why }),
        makeThere(mkdirat(parent, name, 0o755), `make ${path}`),
        find,
      ],
    }),
  ];
}

/** Somebody else may have made it meanwhile. */
function makeThere(make: Syscall, why: string): Step {
  return step(make, { why, ignore: ["EEXIST"], closes: [parent] });
}

/** Performs `make` with the directory that a path is in, which is made if it is missing, and the path's last part. */
export function inParent(
  path: string,
  why: string,
  known: KnownPlaces,
  make: (directory: Fd, name: string) => readonly Step[],
): Step[] {
  const only = { path, why };
  return inParents([only], known, (directory, name) => make(directory, name));
}

/** The same for several things: each directory is looked for once, for the first that belongs there. */
export function inParents<
  T extends { readonly path: string; readonly why: string },
>(
  things: readonly T[],
  known: KnownPlaces,
  make: (directory: Fd, name: string, thing: T) => readonly Step[],
): Step[] {
  const byParent = new Map<string, T[]>();
  for (const thing of things) {
    const directory = pathOf(partsOf(thing.path).slice(0, -1));
    const inside = byParent.get(directory);
    if (inside === undefined) byParent.set(directory, [thing]);
    else inside.push(thing);
  }
  return [...byParent].flatMap(([directory, inside]) => [
    ...findDirectory(partsOf(directory), known, {
      why: inside[0]?.why ?? "",
    }),
    ...inside.flatMap((thing) =>
      make(parent, partsOf(thing.path).at(-1) ?? ".", thing),
    ),
    close(parent),
  ]);
}

/**
 * Attaches a detached mount to a place, and to no other, whatever happens to its name meanwhile; closes what is not
 * needed after that.
 */
export function attachAt(
  mount: Fd,
  place: Place,
  known: KnownPlaces,
  closes: readonly [] | readonly [Register] = [],
): Step[] {
  const { F_EMPTY_PATH, T_EMPTY_PATH } = MoveMountFlags;
  const { path, kind, direct = false, fresh = false, why } = place;
  const find = findPlace(place, known);
  if (kind === "directory")
    known.cover(pathOf(partsOf(path)), { direct, fresh });
  return [
    ...find,
    step(moveMount(mount, "", found, "", F_EMPTY_PATH | T_EMPTY_PATH), {
      why: `${why}: ${path}`,
      closes: [found, ...closes],
    }),
  ];
}

/** The parts of an absolute path, without those that go nowhere. */
export function partsOf(path: string): string[] {
  const parts: string[] = [];
  for (const part of path.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "" && part !== ".") parts.push(part);
  }
  return parts;
}

function pathOf(parts: readonly string[]): string {
  return `/${parts.join("/")}`;
}
