import { componentsOf, parentCgroupPath } from "./cgroup-path.ts";
import { CgroupDirectory, type Tree } from "./directory.ts";
import { CgroupError } from "./error.ts";

/** A cgroup in one tree: what a manager has one of on v2, and one for each hierarchy on v1. */
export interface Located {
  readonly tree: Tree;
  /** From the mount point. */
  readonly path: string;
  /** v1: the controllers of the tree. v2: empty, the files say. */
  readonly controllers: readonly string[];
}

/** Does something with a cgroup's directory; nothing, and undefined, if it does not exist, or is removed meanwhile. */
export function withDirectory<T>(
  { tree, path }: Located,
  act: (directory: CgroupDirectory) => T,
): T | undefined {
  using directory = CgroupDirectory.find(tree, path);
  if (directory === undefined) return undefined;
  try {
    return act(directory);
  } catch (error) {
    if (isMissing(error) && isGone(directory)) return undefined;
    throw error;
  }
}

function isMissing(error: unknown): boolean {
  if (!(error instanceof CgroupError)) return false;
  return error.errno === "ENOENT" || error.errno === "ENODEV";
}

/** Of a cgroup that was removed, the files are gone, though its directory is still open. */
export function isGone(directory: CgroupDirectory): boolean {
  return !directory.has("cgroup.procs");
}

/** Does something with the directory above, and the cgroup's name in it. */
export function withParent<T>(
  { tree, path }: Located,
  act: (parent: CgroupDirectory, name: string) => T,
): T | undefined {
  const name = componentsOf(path).at(-1);
  if (name === undefined)
    throw new RangeError("the root cgroup has no cgroup above");
  using parent = CgroupDirectory.find(tree, parentCgroupPath(path));
  return parent === undefined ? undefined : act(parent, name);
}

/** Its directory, for messages and for those who work with paths. */
export function directoryPath({ tree, path }: Located): string {
  return path === "/" ? tree.mountpoint : `${tree.mountpoint}${path}`;
}
