import { dirname, join } from "node:path";
import type { Entry, Host } from "../host/host.ts";

/** One thing in the throw-away root, parents before children. */
export interface RootEntry {
  readonly path: string;
  /**
   * `overlay`: a writable layer over the host's directory. `directory`: made new, its contents follow. `file`: the
   * host's, read-only. `empty`: a directory that has nothing to show.
   */
  readonly kind: "overlay" | "directory" | "file" | "symlink" | "empty";
  readonly entry: Entry;
  /** Whether something is mounted on it on the host. */
  readonly isMountPoint: boolean;
  /** Whether its place is in the new root already, in an overlay above. */
  readonly isThere: boolean;
  /** Of that mount: `nosuid`, `noexec` …, to be kept. */
  readonly mountOptions: readonly string[];
}

/** What a container has its own of. */
const FRESH = new Set(["/proc", "/sys", "/dev"]);

/** File systems that are the kernel's or a service's face, not data: a container has no business there. */
const PSEUDO = new Set(
  (
    "autofs binfmt_misc bpf cgroup cgroup2 configfs debugfs devpts devtmpfs efivarfs fusectl hugetlbfs mqueue nsfs " +
    "proc pstore rpc_pipefs securityfs selinuxfs smackfs sysfs tracefs"
  ).split(" "),
);

/** Lays out a throw-away copy of the host's root, as this caller may make one. */
export function layoutRoot(host: Host): RootEntry[] {
  return host.privileged ? layoutByMounts(host) : layoutByDirectories(host);
}

/** An overlay over the root, and one over each file system that is mounted somewhere in it. */
function layoutByMounts(host: Host): RootEntry[] {
  const mounts = [...byMountPoint(host)].sort(([a], [b]) => (a < b ? -1 : 1));
  const hidden = [...FRESH];
  return mounts.flatMap(([path, { fsType, mountOptions }]) => {
    if (hidden.some((above) => isBelow(path, above))) return [];
    if (PSEUDO.has(fsType)) hidden.push(path);
    const entry = PSEUDO.has(fsType) ? undefined : host.stat(path);
    if (entry?.type !== "directory" && entry?.type !== "file") return [];
    const kind = entry.type === "file" ? "file" : "overlay";
    return {
      path,
      kind,
      entry,
      isMountPoint: path !== "/",
      isThere: true,
      mountOptions,
    };
  });
}

/**
 * An overlay over each directory that has nothing mounted below it; a directory that has is made new, and each thing in it laid
 * out in turn. In a user namespace an overlay over `/` is EINVAL: it would uncover what is below the mounts, which is forbidden
 * there.
 */
function layoutByDirectories(host: Host): RootEntry[] {
  const mounted = byMountPoint(host);
  const parents = new Set(
    host.mounts.flatMap(({ mountPoint }) => ancestors(mountPoint)),
  );

  const visit = (directory: string): RootEntry[] =>
    host.list(directory).flatMap((entry) => {
      const path = join(directory, entry.name);
      if (FRESH.has(path)) return [];
      const mount = mounted.get(path);
      const mountOptions = mount?.mountOptions ?? [];
      const facts = {
        path,
        entry,
        isMountPoint: mount !== undefined,
        isThere: false,
        mountOptions,
      };
      if (entry.type === "symlink") return { ...facts, kind: "symlink" };
      if (entry.type === "file") return { ...facts, kind: "file" };
      if (entry.type === "other") return [];
      if (mount !== undefined && PSEUDO.has(mount.fsType))
        return { ...facts, kind: "empty" };
      if (parents.has(path))
        return [{ ...facts, kind: "directory" }, ...visit(path)];
      return { ...facts, kind: host.canEnter(path) ? "overlay" : "empty" };
    });
  const entries = visit("/");
  return [...entries, ...layoutOwn(host, entries)];
}

/**
 * Overlays of their own over the directories that the caller works in. To change a file, overlayfs first copies the directories
 * above it, and cannot where one belongs to a user who is not mapped (EOVERFLOW): the host's root, in all but the caller's own.
 */
function layoutOwn(host: Host, entries: readonly RootEntry[]): RootEntry[] {
  const overlays = entries
    .filter(({ kind }) => kind === "overlay")
    .map(({ path }) => path);
  const own = new Set([
    ownDirectoryAbove(host, host.cwd),
    ownDirectoryAbove(host, host.env["HOME"]),
    "/var/tmp",
  ]);
  return [...own].sort().flatMap((path) => {
    if (
      path === undefined ||
      !overlays.some((above) => path !== above && isBelow(path, above))
    )
      return [];
    const entry = host.stat(path);
    if (entry?.type !== "directory" || !host.canEnter(path)) return [];
    return {
      path,
      kind: "overlay",
      entry,
      isMountPoint: false,
      isThere: true,
      mountOptions: [],
    };
  });
}

/** The topmost of the directories at and above `path`, but below `/`, that are the caller's without a break. */
function ownDirectoryAbove(
  host: Host,
  path: string | undefined,
): string | undefined {
  if (path?.startsWith("/") !== true || path === "/") return undefined;
  if (host.stat(path)?.uid !== host.euid) return undefined;
  return ownDirectoryAbove(host, dirname(path)) ?? path;
}

/** What shows at each mount point: of several mounts, the last. */
function byMountPoint({ mounts }: Host): Map<string, Host["mounts"][number]> {
  return new Map(mounts.map((mount) => [mount.mountPoint, mount]));
}

function isBelow(path: string, above: string): boolean {
  return path === above || path.startsWith(`${above}/`);
}

/** The directories above a path, without `/`. */
function ancestors(path: string): string[] {
  const parts = path.split("/").slice(1, -1);
  return parts.map((_, i) => `/${parts.slice(0, i + 1).join("/")}`);
}
