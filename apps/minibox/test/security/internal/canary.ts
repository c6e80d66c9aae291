import {
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import type { Bundle } from "../../internal/bundle.ts";

/** A directory of the host's that an attack aims at, which has to stay as it is. */
export class Canary {
  readonly path: string;

  /** Makes it beside the root file system, with files of these names, and in the root what its path leads to there. */
  constructor(bundle: Bundle, names: readonly string[] = []) {
    this.path = join(bundle.directory, "canary");
    for (const directory of [this.path, join(bundle.rootfs, this.path)]) {
      mkdirSync(directory, { recursive: true });
      for (const name of names) writeFileSync(join(directory, name), name);
    }
  }

  /** Names, modes, owners, links and contents, and what is mounted there: one line for each. */
  state(): string[] {
    const mounts = readFileSync("/proc/self/mountinfo", "utf8")
      .split("\n")
      .filter((line) => line.includes(this.path));
    return [...describeTree(this.path), ...mounts];
  }
}

/** What is at a path and below it, one line for each. */
export function describeTree(path: string): string[] {
  const { mode, uid, gid } = lstatSync(path);
  const own = `${path} ${mode.toString(8)} ${uid}:${gid}`;
  switch (mode & 0o170000) {
    case 0o040000:
      return [
        own,
        ...readdirSync(path).flatMap((name) => describeTree(join(path, name))),
      ];
    case 0o100000:
      return [`${own} ${readFileSync(path, "base64")}`];
    case 0o120000:
      return [`${own} -> ${readlinkSync(path)}`];
    default:
      return [own];
  }
}
