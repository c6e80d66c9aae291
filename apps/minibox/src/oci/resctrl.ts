import {
  closeSync,
  constants,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmdirSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { readMountinfo } from "@ns/mount";
import type { Config } from "@ns/oci";
import type { SpawnOptions } from "@ns/spawn";
import { MiniboxError } from "../error.ts";
import { hasLine, planResctrl, type ResctrlPlan } from "../plan/oci/resctrl.ts";
import { unsupported } from "../plan/oci/unsupported.ts";

/** What is kept of a container's place in resctrl. */
export interface ResctrlRecord {
  /** Directories that each of its processes is put in. */
  readonly joined: readonly string[];
  /** Directories that it made, to be removed with it. */
  readonly made: readonly string[];
}

/** How directories are made and removed: resctrl fills and empties them by itself. */
export interface GroupDirectories {
  make(path: string): void;
  remove(path: string): void;
}

const DIRECTORIES: GroupDirectories = { make: mkdirSync, remove: rmdirSync };

/** Where resctrl is mounted; undefined if it is not. */
export function findResctrl(): string | undefined {
  return readMountinfo().find(({ fsType }) => fsType === "resctrl")?.mountPoint;
}

/** A container's classes of cache and memory bandwidth; see resctrl.rst of the kernel's documentation. */
export class Resctrl {
  readonly record: ResctrlRecord;
  readonly #root: string;
  readonly #plan: ResctrlPlan;
  readonly #isThere: boolean;
  readonly #directories: GroupDirectories;

  constructor(
    root: string,
    plan: ResctrlPlan,
    directories: GroupDirectories = DIRECTORIES,
  ) {
    const { group, monitoring } = plan;
    this.#root = root;
    this.#plan = plan;
    this.#directories = directories;
    this.#isThere = existsSync(group);
    const own = monitoring === undefined ? [] : [monitoring];
    // with the class go its monitoring groups
    this.record = {
      joined: [group, ...own],
      made: this.#isThere ? own : [group],
    };
  }

  /**
   * That of a configuration, of which nothing is made yet; undefined if it does not ask for one.
   * @throws {MiniboxError} `ERR_UNSUPPORTED` without resctrl.
   */
  static of(
    { linux: { intelRdt } = {} }: Config,
    id: string,
    find: () => string | undefined = findResctrl,
  ): Resctrl | undefined {
    if (intelRdt === undefined) return undefined;
    const root = find();
    if (root === undefined)
      throw new MiniboxError(
        "ERR_UNSUPPORTED",
        "cannot honour linux.intelRdt: resctrl is not mounted",
        {
          hint: "where the processor and kernel have it: mount -t resctrl resctrl /sys/fs/resctrl",
        },
      );
    return new Resctrl(root, planResctrl(intelRdt, { root, id }));
  }

  /**
   * Makes what is missing, and sets it.
   * @throws {MiniboxError} `ERR_UNSUPPORTED` if a class is not there or not as it should be, or the kernel refuses.
   */
  create(): void {
    const { group, mustExist, shared, own, monitoring } = this.#plan;
    if (this.#isThere) this.#checkShared();
    else if (mustExist)
      throw unsupported(
        "linux.intelRdt.closID",
        `there is no '${group}', and no schema to make it with`,
      );
    else this.#attempt(() => this.#directories.make(group));
    const lines = this.#isThere ? own : [...shared, ...own];
    if (lines.length > 0)
      this.#write(join(group, "schemata"), `${lines.join("\n")}\n`);
    if (monitoring !== undefined)
      this.#attempt(() => this.#directories.make(monitoring));
  }

  #checkShared(): void {
    const { group, shared } = this.#plan;
    if (shared.length === 0) return;
    const schemata = readFileSync(join(group, "schemata"), "utf8");
    const missing = shared.find((line) => !hasLine(schemata, line));
    if (missing !== undefined)
      throw unsupported(
        "linux.intelRdt.closID",
        `'${group}' is there, and another: expected '${missing}', found '${schemata.trim()}'`,
      );
  }

  #write(path: string, text: string): void {
    this.#attempt(() => {
      writeExisting(path, text);
    });
  }

  /** What resctrl has to say of a failure is in a file. */
  #attempt(act: () => void): void {
    try {
      act();
    } catch (cause) {
      const status = join(this.#root, "info/last_cmd_status");
      const reason = cause instanceof Error ? cause.message : String(cause);
      const said = existsSync(status)
        ? `: ${readFileSync(status, "utf8").trim()}`
        : "";
      throw new MiniboxError(
        "ERR_UNSUPPORTED",
        `cannot honour linux.intelRdt: ${reason}${said}`,
        { cause },
      );
    }
  }
}

/** Puts a process in a container's classes. */
export function joinResctrl(
  record: ResctrlRecord | undefined,
  pid: number,
): void {
  for (const directory of record?.joined ?? [])
    writeExisting(join(directory, "tasks"), String(pid));
}

/** The pause in which a process that comes later is put there. */
export function resctrlPause({
  resctrl,
}: {
  readonly resctrl?: ResctrlRecord;
}): Pick<SpawnOptions, "pause"> {
  if (resctrl === undefined) return {};
  const run = (pid: number): Promise<void> =>
    Promise.resolve().then(() => {
      joinResctrl(resctrl, pid);
    });
  return { pause: { after: 0, run } };
}

/** Removes what a container has made. */
export function removeResctrl(
  record: ResctrlRecord | undefined,
  directories: Pick<GroupDirectories, "remove"> = DIRECTORIES,
): void {
  for (const directory of record?.made ?? []) {
    try {
      directories.remove(directory);
    } catch (error) {
      // it was not made yet, or is gone already
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    }
  }
}

/** Writes to a file of the kernel's, which is not made if it is not there. */
function writeExisting(path: string, text: string): void {
  const fd = openSync(path, constants.O_WRONLY);
  try {
    writeSync(fd, text);
  } finally {
    closeSync(fd);
  }
}
