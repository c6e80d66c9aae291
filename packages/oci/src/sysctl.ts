import type { Linux, NamespaceType } from "./linux.ts";

/** Those of System V IPC, which every IPC namespace has of its own; see ipc_namespaces(7). */
const IPC = new Set([
  "kernel/msgmax",
  "kernel/msgmnb",
  "kernel/msgmni",
  "kernel/sem",
  "kernel/shmall",
  "kernel/shmmax",
  "kernel/shmmni",
  "kernel/shm_rmid_forced",
]);

/** The namespace whose own a parameter is, by its path below /proc/sys; nothing for what all containers share. */
export function sysctlNamespace(path: string): NamespaceType | undefined {
  if (IPC.has(path) || path.startsWith("fs/mqueue/")) return "ipc";
  if (path.startsWith("net/")) return "network";
  if (path === "kernel/domainname" || path === "kernel/hostname") return "uts";
  return undefined;
}

/**
 * The path of a kernel parameter below /proc/sys: `net/ipv4/conf/eth0.100/rp_filter` for
 * `net.ipv4.conf.eth0/100.rp_filter`, or the same with slashes and dots exchanged, as sysctl(8) takes both. Nothing for
 * a name that is none: one that leads out of /proc/sys, or to a directory, or has other characters.
 */
export function sysctlPath(name: string): string | undefined {
  if (!/^[\w./:@-]+$/.test(name)) return undefined;
  const first = /[./]/.exec(name)?.[0];
  const path =
    first === "/"
      ? name
      : name.replaceAll(/[./]/g, (each) => (each === "." ? "/" : "."));
  const isPath = path
    .split("/")
    .every((each) => each !== "" && each !== "." && each !== "..");
  return isPath ? path : undefined;
}

/** Whether a container has a namespace that is not the runtime's, made or joined, as far as its configuration tells. */
export function hasNamespace(
  linux: Linux | undefined,
  type: NamespaceType,
): boolean {
  return linux?.namespaces?.some((each) => each.type === type) ?? false;
}
