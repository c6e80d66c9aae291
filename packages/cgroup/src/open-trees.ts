import { CgroupDirectory } from "./directory.ts";
import type { Located } from "./located.ts";

/** A cgroup in one tree of a manager's. */
export interface ManagedTree extends Located {
  /** v1: of a hierarchy without controllers. */
  readonly name?: string;
}

/** What a tree is known by: v1's controllers or `name=…`; v2 is `""`. */
export function keysOf({
  tree,
  controllers,
  name,
}: ManagedTree): readonly string[] {
  if (tree.version === 2) return [""];
  return controllers.length > 0 ? controllers : [`name=${name ?? ""}`];
}

/** Opens a cgroup in one tree; undefined if there is none. */
type Open = (located: ManagedTree) => CgroupDirectory | undefined;

const find: Open = ({ tree, path }) => CgroupDirectory.find(tree, path);

/** The directories of a cgroup in all trees, as far as they exist, opened; to be disposed of. */
export class OpenTrees implements Disposable {
  readonly #byKey = new Map<string, CgroupDirectory>();
  readonly #all: CgroupDirectory[] = [];
  readonly #isV2: boolean;

  constructor(trees: readonly ManagedTree[], open: Open = find) {
    this.#isV2 = trees.every(({ tree }) => tree.version === 2);
    try {
      for (const located of trees) this.#add(located, open(located));
    } catch (error) {
      this[Symbol.dispose]();
      throw error;
    }
  }

  #add(located: ManagedTree, directory: CgroupDirectory | undefined): void {
    if (directory === undefined) return;
    this.#all.push(directory);
    for (const key of keysOf(located)) this.#byKey.set(key, directory);
  }

  /** Where the files of a controller are: on v2 all in one place. "unified" is the v2 tree, beside v1 too. */
  directoryOf(controller: string): CgroupDirectory | undefined {
    const isUnified = this.#isV2 || controller === "unified";
    return this.#byKey.get(isUnified ? "" : controller);
  }

  [Symbol.dispose](): void {
    for (const directory of this.#all) directory[Symbol.dispose]();
  }
}
