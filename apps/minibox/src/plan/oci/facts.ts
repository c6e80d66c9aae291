import type { Hierarchy } from "@ns/cgroup";
import type { MountInfo } from "@ns/mount";
import type { Inherited } from "@ns/syscalls";
import type { Entry } from "../../host/host.ts";

/** What the plan of a bundle depends on of the machine. */
export interface BundleFacts {
  /** The bundle's directory, absolute. */
  readonly bundle: string;
  /** The root file system's directory, absolute. */
  readonly rootfs: string;
  readonly euid: number;
  /** Whether device files may be made: root of the machine, with CAP_MKNOD. */
  readonly canMakeDevices: boolean;
  /** Whether the runtime is not root of the machine, and shares its cgroups with others of the same user. */
  readonly isRootless: boolean;
  /** Whether a namespace, by its file, is the runtime's own. */
  isOwnNamespace(path: string): boolean;
  /** The mount namespace that the container joins, held by the runtime. */
  readonly mountNamespace: Inherited | undefined;
  /** The empty directory, by a path without links, where a root is attached that is in another's mount namespace. */
  readonly foothold: string;
  /** Whether this kernel shows its memory as /proc/kcore. */
  readonly hasKcore: boolean;
  readonly hasAppArmor: boolean;
  readonly hasSelinux: boolean;
  /** This process's mounts, for a root that cannot be pivoted to. */
  readonly mounts: readonly MountInfo[];
  /** The cgroup file systems, for mounts of the type `cgroup`. */
  readonly hierarchies: readonly Hierarchy[];
  /** The container's own cgroups: the directory, by that of the hierarchy's mount point. */
  readonly cgroups: Readonly<Record<string, string>>;
  /** Whether a source of a bind mount is a directory; undefined if there is nothing. */
  isDirectory(path: string): boolean | undefined;
  /** The tree of files at a path of the root file system, parents first; for `tmpcopyup`. */
  listTree(path: string): readonly TreeEntry[];
  /** The mounts whose ids are mapped, by their number, made and held by the runtime. */
  readonly idmapped: ReadonlyMap<number, Inherited>;
  /** The home of a user, by the root file system's /etc/passwd. */
  readonly homeOf: (uid: number) => string;
}

/** Something below a directory; `path` is relative to that. */
export interface TreeEntry extends Pick<
  Entry,
  "type" | "mode" | "uid" | "gid" | "target"
> {
  readonly path: string;
}
