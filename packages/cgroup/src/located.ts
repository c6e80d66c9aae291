import { componentsOf, parentCgroupPath } from "./cgroup-path.ts";
import { CgroupDirectory, type Tree } from "./directory.ts";

/** A cgroup in one tree: what a manager has one of on v2, and one for each hierarchy on v1. */
export interface Located {
  readonly tree: Tree;
  /** From the mount point. */
  readonly path: string;
  /** v1: the controllers of the tree. v2: empty, the files say. */
  readonly controllers: readonly string[];
}

/** Does something with a cgroup's directory; nothing, and undefined, if it does not exist. */
export function withDirectory<T>(
  { tree, path }: Located,
  act: (directory: CgroupDirectory) => T,
): T | undefined {
  using directory = CgroupDirectory.find(tree, path);
  return directory === undefined ? undefined : act(directory);
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
