import {
  chownSync,
  closeSync,
  constants,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  statfsSync,
  statSync,
  writeSync,
} from "node:fs";
import { checkComponent, componentsOf } from "./cgroup-path.ts";
import { CgroupError } from "./error.ts";
import { errnoOf, readError, treeError, writeError } from "./file-error.ts";
import { FILE_SYSTEM_TYPES, type Hierarchy } from "./system.ts";

/** Where a cgroup is: a tree, and a path in it. */
export type Tree = Pick<Hierarchy, "version" | "mountpoint"> & {
  /** For tests, in which a directory stands in for cgroupfs: the file system that is expected. */
  readonly fileSystemType?: number;
};

const { O_DIRECTORY, O_NOFOLLOW, O_RDONLY, O_WRONLY } = constants;

/**
 * One cgroup, by a descriptor of its directory: everything is done relative to it, one name at a time and without
 * following links, on a file system that was checked to be cgroupfs. It is to be disposed of.
 *
 * `/proc/self/fd/N/name` is what openat(2) does with N and `name`, and needs nothing but node:fs.
 */
export class CgroupDirectory implements Disposable {
  readonly fd: number;
  /** The directory's path, for messages. */
  readonly path: string;
  readonly version: 1 | 2;

  private constructor(fd: number, path: string, version: 1 | 2) {
    this.fd = fd;
    this.path = path;
    this.version = version;
  }

  /**
   * Opens a cgroup, component by component.
   * @throws {CgroupError} `ERR_CGROUP_NOT_FOUND`, or `ERR_CGROUP_WRONG_FILE_SYSTEM` if it is not on cgroupfs.
   */
  static open(tree: Tree, cgroup: string): CgroupDirectory {
    let at = openRoot(tree);
    for (const component of componentsOf(cgroup)) {
      using above = at;
      at = above.child(component);
    }
    return at;
  }

  /** As {@link open}, or undefined if it does not exist. */
  static find(tree: Tree, cgroup: string): CgroupDirectory | undefined {
    try {
      return CgroupDirectory.open(tree, cgroup);
    } catch (error) {
      if (error instanceof CgroupError && error.errno === "ENOENT")
        return undefined;
      throw error;
    }
  }

  /** A descriptor that is known to be a cgroup's directory; it is closed with the rest. */
  static adopt(fd: number, path: string, version: 1 | 2): CgroupDirectory {
    return new CgroupDirectory(fd, path, version);
  }

  /** The cgroup below, opened. */
  child(name: string): CgroupDirectory {
    const path = `${this.path}/${checkComponent(name)}`;
    const fd = attempt(
      () => openSync(this.at(name), O_RDONLY | O_DIRECTORY | O_NOFOLLOW),
      (error) => treeError("open cgroup", path, error),
    );
    return new CgroupDirectory(fd, path, this.version);
  }

  /** The names of the cgroups below. */
  children(): string[] {
    const entries = attempt(
      () => readdirSync(this.at("."), { withFileTypes: true }),
      (error) => readError(this.path, error),
    );
    return entries
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name);
  }

  files(): string[] {
    return readdirSync(this.at("."), { withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ name }) => name);
  }

  /** Makes a cgroup below; false if it was there. */
  makeChild(name: string): boolean {
    const path = `${this.path}/${checkComponent(name)}`;
    try {
      mkdirSync(this.at(name), 0o755);
      return true;
    } catch (error) {
      if (errnoOf(error) === "EEXIST") return false;
      throw treeError("make cgroup", path, error);
    }
  }

  /** Removes a cgroup below; false if it was gone. One try. */
  removeChild(name: string): boolean {
    const path = `${this.path}/${checkComponent(name)}`;
    try {
      rmdirSync(this.at(name));
      return true;
    } catch (error) {
      if (errnoOf(error) === "ENOENT") return false;
      throw treeError("remove cgroup", path, error);
    }
  }

  has(file: string): boolean {
    return statSync(this.at(file), { throwIfNoEntry: false }) !== undefined;
  }

  /** The text of one of its files. */
  read(file: string): string {
    return attempt(
      () => this.readRaw(file),
      (error) => readError(`${this.path}/${file}`, error),
    );
  }

  /** As {@link read}; undefined if this kernel, or this cgroup, has no such file. */
  readIfPresent(file: string): string | undefined {
    try {
      return this.readRaw(file);
    } catch (error) {
      const errno = errnoOf(error);
      // EOPNOTSUPP: the file is there and its contents are switched off (PSI at boot, swap accounting)
      if (errno === "ENOENT" || errno === "EOPNOTSUPP") return undefined;
      throw readError(`${this.path}/${file}`, error);
    }
  }

  private readRaw(file: string): string {
    const fd = openSync(this.at(file), O_RDONLY | O_NOFOLLOW);
    try {
      return readFileSync(fd, "utf8");
    } finally {
      closeSync(fd);
    }
  }

  /** Writes a value to one of its files, in one write(2), as cgroupfs wants it. */
  write(file: string, value: string): void {
    attempt(
      () => {
        const fd = openSync(this.at(file), O_WRONLY | O_NOFOLLOW);
        try {
          // nothing at all would be no write; a line break is an empty value
          writeSync(fd, value === "" ? "\n" : value);
        } finally {
          closeSync(fd);
        }
      },
      (error) => writeError({ path: `${this.path}/${file}`, value }, error),
    );
  }

  /** Gives a file, or with "." the directory, to another user. False if there is no such file. */
  chown(file: string, uid: number, gid: number): boolean {
    try {
      chownSync(this.at(file), uid, gid);
      return true;
    } catch (error) {
      if (errnoOf(error) === "ENOENT") return false;
      throw treeError("give away", `${this.path}/${file}`, error);
    }
  }

  /** A path that leads to `name` in this directory and nowhere else, for what takes paths only (inotify). */
  at(name: string): string {
    if (name !== ".") checkComponent(name);
    return `/proc/self/fd/${String(this.fd)}/${name}`;
  }

  [Symbol.dispose](): void {
    closeSync(this.fd);
  }
}

function openRoot(tree: Tree): CgroupDirectory {
  const { mountpoint, version } = tree;
  const fd = attempt(
    () => openSync(mountpoint, O_RDONLY | O_DIRECTORY),
    (error) => treeError("open cgroup file system", mountpoint, error),
  );
  const { type } = statfsSync(`/proc/self/fd/${String(fd)}/.`);
  if (type === (tree.fileSystemType ?? FILE_SYSTEM_TYPES[version]))
    return CgroupDirectory.adopt(fd, mountpoint, version);
  closeSync(fd);
  throw new CgroupError(
    "ERR_CGROUP_WRONG_FILE_SYSTEM",
    `cannot use '${mountpoint}': expected a cgroup${version === 2 ? "2" : ""} file system, found type 0x${type.toString(16)}`,
    { path: mountpoint, hint: "see findmnt: something is mounted over it" },
  );
}

function attempt<T>(act: () => T, wrap: (error: unknown) => Error): T {
  try {
    return act();
  } catch (error) {
    throw wrap(error);
  }
}
