/** How something is mounted on a directory. */
export interface Covering {
  /** No symbolic link was followed to it. */
  readonly direct: boolean;
  /** It is empty but for what we make there, or the kernel's own: no link in it leads out. */
  readonly fresh: boolean;
}

/**
 * Directories inside that are there for certain, since something was mounted on them: none of them has to be made. What may
 * have been reached by a link of the image's may cover any of them; they are forgotten then.
 */
export class KnownPlaces {
  readonly #paths = new Set<string>();
  /** What is mounted where, and whether that is fresh. */
  readonly #mounted = new Map<string, boolean>();

  has(path: string): boolean {
    return this.#paths.has(path);
  }

  /** Something is mounted on `path`, a directory. */
  cover(path: string, { direct, fresh }: Covering): void {
    const ways = ancestors(path);
    const isWhereItSays = direct || this.#isFresh(ways);
    for (const known of this.#paths)
      if (!isWhereItSays || known.startsWith(`${path}/`)) {
        this.#paths.delete(known);
        this.#mounted.delete(known);
      }
    for (const way of ways) this.#paths.add(way);
    this.#paths.add(path);
    this.#mounted.set(path, fresh);
  }

  /** Whether the nearest of these that is a mount is fresh; the image is not. */
  #isFresh(ways: readonly string[]): boolean {
    const nearest = ways.find((way) => this.#mounted.has(way));
    return nearest !== undefined && this.#mounted.get(nearest) === true;
  }
}

/** The directories that lead to a path, the nearest first, without the root. */
function ancestors(path: string): string[] {
  const ways: string[] = [];
  let end = path.lastIndexOf("/");
  for (; end > 0; end = path.lastIndexOf("/", end - 1))
    ways.push(path.slice(0, end));
  return ways;
}
