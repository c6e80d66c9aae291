import { lstatSync, readlinkSync, realpathSync, type Stats } from "node:fs";
import { dirname, resolve } from "node:path";

/** As many links as the kernel follows. */
const MAX_LINKS = 40;

/**
 * What lets another user change which directory is at an absolute path, or what is in it: the path of a directory or link on
 * the way, or its own; undefined if nothing does. As OpenSSH asks it of files with keys.
 */
export function changeableAt(path: string): string | undefined {
  return find(path, false, MAX_LINKS);
}

function find(path: string, isWay: boolean, links: number): string | undefined {
  const parent = dirname(path);
  const above = parent === path ? undefined : find(parent, true, links);
  if (above !== undefined) return above;
  const stats = lstatSync(path, { throwIfNoEntry: false });
  // nobody has made it, and nobody else may
  if (stats === undefined) return undefined;
  if (!isTrusted(stats, isWay) || links === 0) return path;
  if (!stats.isSymbolicLink()) return isOpen(stats, isWay) ? path : undefined;
  const target = resolve(realpathSync(parent), readlinkSync(path));
  return find(target, isWay, links - 1);
}

/** Ours, or the machine's root's: seen from a user namespace that has the owner of `/`. */
function isTrusted({ uid }: Stats, isWay: boolean): boolean {
  if (uid === 0 || uid === process.geteuid?.()) return true;
  return isWay && uid === lstatSync("/").uid;
}

function isOpen({ mode }: Stats, isWay: boolean): boolean {
  // with the sticky bit others may add, and replace nothing
  const keeps = isWay && (mode & 0o1000) !== 0;
  return (mode & 0o022) !== 0 && !keeps;
}
