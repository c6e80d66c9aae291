import { CloneFlags } from "@ns/syscalls";

/** The eight kinds of namespace, by the names of their links in /proc/PID/ns; see namespaces(7). */
export type NamespaceKind =
  "cgroup" | "ipc" | "mnt" | "net" | "pid" | "time" | "user" | "uts";

/**
 * A link in /proc/PID/ns: a kind, for the namespace the process is in, or one of the two that say where the
 * children it makes from now on will be.
 */
export type NamespaceLink =
  NamespaceKind | "pid_for_children" | "time_for_children";

/** Every kind, in the order of ls(1). */
export const NAMESPACE_KINDS: readonly NamespaceKind[] = [
  "cgroup",
  "ipc",
  "mnt",
  "net",
  "pid",
  "time",
  "user",
  "uts",
];

/** Every link of /proc/PID/ns. Linux 5.6 has them all; `pid_for_children` came with 4.12, `time` with 5.6. */
export const NAMESPACE_LINKS: readonly NamespaceLink[] = [
  ...NAMESPACE_KINDS,
  "pid_for_children",
  "time_for_children",
];

const FLAGS: Readonly<Record<NamespaceKind, number>> = {
  cgroup: CloneFlags.NEWCGROUP,
  ipc: CloneFlags.NEWIPC,
  mnt: CloneFlags.NEWNS,
  net: CloneFlags.NEWNET,
  pid: CloneFlags.NEWPID,
  time: CloneFlags.NEWTIME,
  user: CloneFlags.NEWUSER,
  uts: CloneFlags.NEWUTS,
};

/** The `CLONE_NEW*` flag of a kind, as setns(2), unshare(2) and `@ns/spawn` take it. */
export function cloneFlagOf(kind: NamespaceKind): number {
  return FLAGS[kind];
}

/** The kind of a `CLONE_NEW*` flag, as NS_GET_NSTYPE returns it; undefined if it is none of the eight. */
export function kindOfCloneFlag(cloneFlag: number): NamespaceKind | undefined {
  return NAMESPACE_KINDS.find((kind) => FLAGS[kind] === cloneFlag);
}

/** The kind of the namespace that a link of /proc/PID/ns leads to: `"pid"` for `"pid_for_children"`. */
export function kindOfLink(link: NamespaceLink): NamespaceKind {
  if (link === "pid_for_children") return "pid";
  return link === "time_for_children" ? "time" : link;
}

/** Whether `name` is one of the eight kinds. */
export function isNamespaceKind(name: string): name is NamespaceKind {
  return (NAMESPACE_KINDS as readonly string[]).includes(name);
}
