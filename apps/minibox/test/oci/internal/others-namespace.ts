import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { onTestFinished } from "vitest";

/** How a namespace is made. */
export interface Making {
  /** Words of unshare(1). */
  readonly words?: readonly string[];
  /** What its process does before it waits, a script of sh. */
  readonly script?: string;
  /** A program that all this is run by, and its words: nsenter(1). */
  readonly through?: readonly string[];
}

/** A mount namespace with a process in it that has nothing to do with containers. */
export class OthersNamespace {
  readonly pid: number;
  readonly path: string;

  private constructor(pid: number) {
    this.pid = pid;
    this.path = `/proc/${pid}/ns/mnt`;
  }

  static async make({
    words = ["--mount", "--propagation", "private"],
    script = "",
    through = [],
  }: Making = {}): Promise<OthersNamespace> {
    const waiting = `${script}\necho $$\nexec sleep 1000`;
    const [file = "", ...args] = [
      ...through,
      ...["unshare", ...words, "sh", "-ec", waiting],
    ];
    const child = spawn(file, args, { stdio: ["ignore", "pipe", "inherit"] });
    onTestFinished(() => void child.kill("SIGKILL"));
    return new OthersNamespace(await pidSaidBy(child));
  }

  /** What readlink(2) says in there of /proc/self/ns/mnt. */
  get name(): string {
    return readlinkSync(this.path);
  }

  /** The lines of its process's mountinfo, in an order of their own. */
  mounts(): string[] {
    return read(`/proc/${this.pid}/mountinfo`).trim().split("\n").sort();
  }

  /** What its process has for its root and working directory, and what is in there. */
  root(): string[] {
    const at = (name: string) => `/proc/${this.pid}/${name}`;
    return [
      readlinkSync(at("root")),
      readlinkSync(at("cwd")),
      ...readdirSync(at("root")).sort(),
    ];
  }
}

async function pidSaidBy({ stdout }: ChildProcess): Promise<number> {
  if (stdout === null) throw new Error("no standard output");
  const [first] = (await once(stdout, "data")) as [Buffer];
  return Number(first.toString());
}

function read(path: string): string {
  return readFileSync(path, "utf8");
}
