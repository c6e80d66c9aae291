import { readdirSync, readFileSync } from "node:fs";

export interface Process {
  readonly pid: number;
  readonly ppid: number;
  readonly comm: string;
  /** One letter; `Z` is a zombie. */
  readonly state: string;
  /** In clock ticks since boot; with the pid it names one process for ever. */
  readonly startTime: string;
}

/** Every process in `/proc`, by pid. */
export function readProcesses(): ReadonlyMap<number, Process> {
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return new Map(
    pids.flatMap(readProcess).map((process) => [process.pid, process]),
  );
}

export function parentOf(
  pid: number,
  processes: ReadonlyMap<number, Process>,
): number | undefined {
  return processes.get(pid)?.ppid;
}

function readProcess(pid: string): Process[] {
  try {
    return [parseStat(readFileSync(`/proc/${pid}/stat`, "utf8"))];
  } catch (error) {
    // it has exited since /proc was read
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ESRCH") return [];
    throw error;
  }
}

/** Parses proc_pid_stat(5). The command name, in parentheses, may itself have spaces and parentheses. */
export function parseStat(stat: string): Process {
  const open = stat.indexOf("(");
  const close = stat.lastIndexOf(")");
  const fields = stat.slice(close + 2).split(" ");
  return {
    pid: Number(stat.slice(0, open)),
    state: fields[0] ?? "",
    ppid: Number(fields[1]),
    comm: stat.slice(open + 1, close),
    startTime: fields[19] ?? "",
  };
}
