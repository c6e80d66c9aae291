import { renameSync, writeFileSync } from "node:fs";

/** Whole or not at all: engines watch for it. */
export function writePidFile(path: string, pid: number): void {
  const at = path.lastIndexOf("/") + 1;
  const next = `${path.slice(0, at)}.${path.slice(at)}`;
  writeFileSync(next, String(pid), { mode: 0o666 });
  renameSync(next, path);
}
