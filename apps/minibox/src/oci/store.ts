import {
  type Dirent,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  unlinkSync,
  writeSync,
} from "node:fs";
import { resolve } from "node:path";
import {
  checkContainerId,
  type Config,
  formatConfig,
  type NamespaceType,
  OciError,
} from "@ns/oci";
import { MiniboxError } from "../error.ts";
import { removeFoothold } from "./foothold.ts";
import type { ResctrlRecord } from "./resctrl.ts";
import { changeableAt } from "./trusted-path.ts";

/** What is kept of a container, in `state.json` of its directory. Its status is not: it is derived. */
export interface ContainerRecord {
  readonly id: string;
  /** Of the first process, as the runtime sees it; undefined while it is being made. */
  readonly pid?: number;
  /** When that process was started, in clock ticks since boot: its pid may be another's one day. */
  readonly startTime?: string;
  readonly bundle: string;
  readonly rootfs: string;
  /** RFC 3339. */
  readonly created: string;
  readonly annotations?: Config["annotations"];
  /** False: nobody has to read its configuration again for them. */
  readonly hasHooks?: boolean;
  /** The cgroup's path and driver; undefined if it has none of its own. */
  readonly cgroup?: {
    readonly path: string;
    readonly driver: "cgroupfs" | "systemd";
  };
  /** Its directories, by controller. */
  readonly cgroupDirectories?: Readonly<Record<string, string>>;
  /** Its classes of cache and memory bandwidth; undefined if it asked for none. */
  readonly resctrl?: ResctrlRecord;
  /** Whether its processes end with the first. */
  readonly ownPidNamespace: boolean;
  /** The kinds of namespaces that are not the runtime's. */
  readonly namespaces: readonly NamespaceType[];
  /**
   * Never written; there if this is no record: true if there was one, so that what its configuration says has been made; false
   * if there is none any more, or was none yet.
   */
  readonly damaged?: boolean;
}

/** The directory where containers are kept: one for each, 0700. */
export class Store {
  readonly root: string;

  constructor(root: string) {
    this.root = root;
  }

  directory(id: string): string {
    checkContainerId(id);
    return `${this.root}/${id}`;
  }

  fifo(id: string): string {
    return `${this.directory(id)}/exec.fifo`;
  }

  /**
   * Makes the directory of a container: of two who try, one does.
   * @throws {MiniboxError} `ERR_CONTAINER_EXISTS`; `ERR_STATE` where others may write.
   */
  reserve(id: string): void {
    const directory = this.directory(id);
    mkdirSync(this.root, { recursive: true, mode: 0o700 });
    checkTrusted(this.root);
    try {
      mkdirSync(directory, { mode: 0o700 });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
      throw new MiniboxError(
        "ERR_CONTAINER_EXISTS",
        "container with given ID already exists",
        { cause: error, hint: `minibox delete ${id} removes it` },
      );
    }
  }

  write(record: ContainerRecord): void {
    this.#replace(record.id, "state.json", `${JSON.stringify(record)}\n`);
  }

  writeConfig(id: string, config: Config): void {
    this.#replace(id, "config.json", formatConfig(config));
  }

  /** Whole or not at all: a reader never meets half of it, nor does who comes after a crash. */
  #replace(id: string, name: string, text: string): void {
    const path = `${this.directory(id)}/${name}`;
    const next = `${path}.new`;
    const fd = openSync(next, "w", 0o600);
    try {
      writeSync(fd, text);
    } finally {
      closeSync(fd);
    }
    renameSync(next, path);
  }

  /**
   * What is kept of a container.
   * @throws {MiniboxError} `ERR_NO_CONTAINER`; `ERR_STATE` where others may write.
   */
  read(id: string): ContainerRecord {
    const record = this.find(id);
    if (record !== undefined) return record;
    throw new MiniboxError("ERR_NO_CONTAINER", "container does not exist");
  }

  /** The same, or undefined; of one whose making was broken off, what its directory tells. */
  find(id: string): ContainerRecord | undefined {
    checkTrusted(this.root);
    return this.#find(id);
  }

  #find(id: string): ContainerRecord | undefined {
    const directory = this.directory(id);
    const text = readIfThere(`${directory}/state.json`);
    if (text === undefined && !existsSync(directory)) return undefined;
    const record = text === undefined ? undefined : recordIn(text, id);
    return (
      record ?? {
        ...{ id, bundle: "", rootfs: "", created: "" },
        ...{ ownPidNamespace: true, namespaces: [] },
        damaged: text !== undefined,
      }
    );
  }

  /** What is said to be kept there, by whomever: for show only. */
  list(): ContainerRecord[] {
    let entries: Dirent[];
    try {
      entries = readdirSync(this.root, { withFileTypes: true });
    } catch (error) {
      // no container was ever made
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
      throw error;
    }
    return entries
      .filter((entry) => entry.isDirectory() && isContainerId(entry.name))
      .map(({ name }) => name)
      .sort()
      .flatMap((name) => this.#find(name) ?? []);
  }

  remove(id: string): void {
    const directory = this.directory(id);
    // first: if that cannot be, the record stays
    removeFoothold(directory);
    try {
      // mostly that is all; a twentieth of the time that rmSync takes
      unlinkSync(`${directory}/state.json`);
      unlinkSync(`${directory}/config.json`);
      rmdirSync(directory);
    } catch {
      // one of them is not there, or something else is
      rmSync(directory, { recursive: true, force: true });
    }
  }
}

function isContainerId(name: string): boolean {
  try {
    checkContainerId(name);
    return true;
  } catch (error) {
    // something else is kept here
    if (error instanceof OciError) return false;
    throw error;
  }
}

/** What `write` wrote, if it is that. */
function recordIn(text: string, id: string): ContainerRecord | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
  const isRecord =
    typeof value === "object" &&
    value !== null &&
    "id" in value &&
    value.id === id;
  return isRecord ? (value as ContainerRecord) : undefined;
}

/** A file's text, or undefined if there is none. */
export function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/**
 * What is kept there tells which processes are killed and which cgroups removed: nobody else may put it there, or another
 * directory in its place.
 */
function checkTrusted(root: string): void {
  const absolute = resolve(root);
  const path = changeableAt(absolute);
  if (path === undefined) return;
  throw new MiniboxError(
    "ERR_STATE",
    path === absolute
      ? `cannot keep containers in '${root}': others may write there`
      : `cannot keep containers in '${root}': others may change '${path}'`,
    {
      hint: "--root DIR, a directory of your own with mode 0700, below directories of yours and of root's",
    },
  );
}
