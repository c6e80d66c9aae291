import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { run } from "@ns/testkit";
import type { OciRuntime } from "./oci-scenarios.ts";
import type { LeftOut } from "./scenario.ts";

/** What a container takes that is created and waits to be started. */
export interface CreatedMemory {
  readonly id: string;
  readonly title: string;
  /** How many processes it has. */
  readonly processes: number;
  /** Of all of them; pages that they share with others are counted whole. */
  readonly residentBytes: number;
  /** Of all of them; of a page that others have too, a part. See smaps_rollup in proc_pid_smaps(5). */
  readonly proportionalBytes: number;
}

/** Creates a container with each runtime, looks at what it takes, and deletes it. What fails is left out. */
export async function measureCreated(runtimes: readonly OciRuntime[]): Promise<{
  readonly created: readonly CreatedMemory[];
  readonly leftOut: readonly LeftOut[];
}> {
  const created: CreatedMemory[] = [];
  const leftOut: LeftOut[] = [];
  for (const runtime of runtimes) {
    const id = `${runtime.name}-memory`;
    const title = `\`${runtime.name} create\``;
    const container = `ns-bench-memory-${process.pid}`;
    const words = ["--root", runtime.state];
    // its output would be the container's, and be held open
    const create = await run("sh", [
      ...["-c", '"$@" >"$0" 2>&1', `${runtime.bundle}/create.log`],
      ...[runtime.file, ...words, "create", "--bundle", runtime.bundle],
      container,
    ]);
    try {
      if (create.code === 0) created.push({ id, title, ...memoryOf(pid()) });
      else
        leftOut.push({
          ...{ id, title },
          reason: `fails here: ${lastLine(`${runtime.bundle}/create.log`)}`,
        });
    } finally {
      await run(runtime.file, [...words, "delete", "--force", container]);
    }

    function pid(): number {
      const state = [...words, "state", container];
      const text = execFileSync(runtime.file, state, { encoding: "utf8" });
      // the state of the runtime specification, which has the pid of a container that is created
      return (JSON.parse(text) as { pid: number }).pid;
    }
  }
  return { created, leftOut };
}

/** Of a container's processes: those in the PID namespace of its first. */
function memoryOf(
  first: number,
): Pick<CreatedMemory, "processes" | "residentBytes" | "proportionalBytes"> {
  const namespace = readlinkSync(`/proc/${first}/ns/pid`);
  const rollups = readdirSync("/proc").flatMap((pid) => {
    if (!/^\d+$/.test(pid)) return [];
    try {
      if (readlinkSync(`/proc/${pid}/ns/pid`) !== namespace) return [];
      return [readFileSync(`/proc/${pid}/smaps_rollup`, "utf8")];
    } catch (error) {
      // another process: it has ended, or may not be looked at
      const { code } = error as NodeJS.ErrnoException;
      if (["ENOENT", "ESRCH", "EACCES"].includes(code ?? "")) return [];
      throw error;
    }
  });
  const sum = (name: string): number =>
    rollups.reduce((total, text) => {
      const kilobytes = new RegExp(`^${name}:\\s+(\\d+) kB$`, "m").exec(text);
      return total + Number(kilobytes?.[1] ?? 0) * 1024;
    }, 0);
  return {
    processes: rollups.length,
    residentBytes: sum("Rss"),
    proportionalBytes: sum("Pss"),
  };
}

function lastLine(file: string): string {
  return readFileSync(file, "utf8").trim().split("\n").at(-1) ?? "";
}
