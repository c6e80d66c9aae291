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
} from "@ns/syscalls";

const DIRECTORY = OpenFlags.PATH | OpenFlags.DIRECTORY | OpenFlags.CLOEXEC;
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
  readonly why: string;
}

/** Finds a place inside, makes what is missing of it, and leaves its descriptor in `into`. */
export function findPlace(
  { path, kind, direct = false, why }: Place,
  into: Register = found,
): Step[] {
  const parts = partsOf(path);
  const resolve = direct ? ResolveFlags.NO_SYMLINKS : 0;
  const last = parts.length - 1;
  const flags = kind === "directory" ? DIRECTORY : OpenFlags.PATH;
  const find = step(openInside(pathOf(parts), flags, resolve), { into, why });
  if (last < 0) return [find];
  const make =
    kind === "directory"
      ? mkdirat(parent, parts[last] ?? "", 0o755)
      : mknodat(parent, parts[last] ?? "", FileMode.IFREG | 0o644);
  return [
    step(find, {
      ...find,
      ignore: ["ENOENT"],
      otherwise: [
        ...findDirectory(parts.slice(0, last), resolve, why),
        step(make, { why: `make ${path}`, ignore: ["EEXIST"] }),
        close(parent),
        find,
      ],
    }),
  ];
}

/** Opens a directory inside as `parent`, making what is missing of it. */
function findDirectory(
  parts: readonly string[],
  resolve: number,
  why: string,
): Step[] {
  const find = step(openInside(pathOf(parts), DIRECTORY, resolve), {
    into: parent,
    why,
  });
  const [name] = parts.slice(-1);
  if (name === undefined) return [find];
  return [
    step(find, {
      ...find,
      ignore: ["ENOENT"],
      otherwise: [
        ...findDirectory(parts.slice(0, -1), resolve, why),
        step(mkdirat(parent, name, 0o755), {
          ignore: ["EEXIST"],
          why: `make ${pathOf(parts)}`,
        }),
        close(parent),
        find,
      ],
    }),
  ];
}

/** Performs `make` with the directory that a path is in, which is made if it is missing, and the path's last part. */
export function inParent(
  path: string,
  why: string,
  make: (directory: Fd, name: string) => readonly Step[],
): Step[] {
  const only = { path, why };
  return inParents([only], (directory, name) => make(directory, name));
}

/** The same for several things: each directory is looked for once, for the first that belongs there. */
export function inParents<
  T extends { readonly path: string; readonly why: string },
>(
  things: readonly T[],
  make: (directory: Fd, name: string, thing: T) => readonly Step[],
): Step[] {
  const byParent = Map.groupBy(things, ({ path }) =>
    pathOf(partsOf(path).slice(0, -1)),
  );
  return [...byParent].flatMap(([directory, inside]) => [
    ...findDirectory(partsOf(directory), 0, inside[0]?.why ?? ""),
    ...inside.flatMap((thing) =>
      make(parent, partsOf(thing.path).at(-1) ?? ".", thing),
    ),
    close(parent),
  ]);
}

/** Attaches a detached mount to a place, and to no other, whatever happens to its name meanwhile. */
export function attachAt(mount: Fd, place: Place): Step[] {
  const { F_EMPTY_PATH, T_EMPTY_PATH } = MoveMountFlags;
  return [
    ...findPlace(place),
    step(moveMount(mount, "", found, "", F_EMPTY_PATH | T_EMPTY_PATH), {
      why: `${place.why}: ${place.path}`,
    }),
    close(found),
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
