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

/** The directories of a cgroup in all trees, as far as they exist, opened; to be disposed of. */
export class OpenTrees implements Disposable {
  readonly #byKey = new Map<string, CgroupDirectory>();
  readonly #all: CgroupDirectory[] = [];
  readonly #isV2: boolean;

  constructor(trees: readonly ManagedTree[]) {
    this.#isV2 = trees.every(({ tree }) => tree.version === 2);
    for (const located of trees) {
      const directory = CgroupDirectory.find(located.tree, located.path);
      if (directory === undefined) continue;
      this.#all.push(directory);
      for (const key of keysOf(located)) this.#byKey.set(key, directory);
    }
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
