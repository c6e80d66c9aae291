import { existsSync, mkdirSync, realpathSync, rmdirSync } from "node:fs";

/**
 * Where the root of a container that joins another's mount namespace is attached there: an empty directory in that of its
 * state. By a path without links it is the same in every copy of the host's mounts.
 */
export function footholdIn(directory: string): string {
  return at(existsSync(directory) ? realpathSync(directory) : directory);
}

export function makeFoothold(directory: string): void {
  mkdirSync(at(directory), { mode: 0o700 });
}

/**
 * Removes it, if there is one. What is mounted on it in other mount namespaces goes with it (Linux 3.18): all of the
 * container's. Nothing below it is ever removed: if something is mounted on it here, that is `EBUSY`.
 */
export function removeFoothold(directory: string): void {
  // most have none
  if (existsSync(at(directory))) rmdirSync(at(directory));
}

function at(directory: string): string {
  return `${directory}/root`;
}
