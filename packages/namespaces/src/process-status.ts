import { readFileSync } from "node:fs";

/** What /proc/PID/status says of a process that concerns namespaces; see proc_pid_status(5). */
export interface ProcessStatus {
  /** The name of its first thread, at most 15 bytes (longer for the kernel's own). */
  readonly name: string;
  /** One letter: `R`, `S`, `D`, `T`, `t`, `X`, `Z`, `I`. */
  readonly state: string;
  readonly pid: number;
  /** 0 if it has none, or none that is in our PID namespace. */
  readonly ppid: number;
  /** The effective user id, as our user namespace sees it. */
  readonly uid: number;
  /**
   * Its process ids, from the PID namespace of the procfs that was read to the one it is in: the last is what
   * it calls itself. Linux 4.1; before, `pid` alone.
   */
  readonly nsPids: readonly number[];
}

/**
 * Parses /proc/PID/status: lines of a field's name, a colon, a tab and its value.
 * @throws {SyntaxError} if a field that every kernel has is missing or is no number.
 */
export function parseProcessStatus(text: string): ProcessStatus {
  const fields = new Map(text.split("\n").map(splitField));
  const pid = number(fields, "Pid");
  return {
    name: unescapeName(field(fields, "Name")),
    state: field(fields, "State").slice(0, 1),
    pid,
    ppid: number(fields, "PPid"),
    uid: numbers(fields, "Uid")[1] ?? invalid("Uid", field(fields, "Uid")),
    nsPids: fields.has("NSpid") ? numbers(fields, "NSpid") : [pid],
  };
}

/**
 * Reads /proc/PID/status, which every user may.
 * @throws {Error} `ENOENT` or `ESRCH` (Node's own) if there is no such process.
 */
export function readProcessStatus(pid: number): ProcessStatus {
  return parseProcessStatus(readFileSync(`/proc/${pid}/status`, "utf8"));
}

type Fields = ReadonlyMap<string, string>;

function splitField(line: string): [name: string, value: string] {
  const at = line.indexOf(":\t");
  return at < 0 ? [line, ""] : [line.slice(0, at), line.slice(at + 2)];
}

function field(fields: Fields, name: string): string {
  const value = fields.get(name);
  if (value !== undefined) return value;
  throw new SyntaxError(`invalid process status: expected a field '${name}'`);
}

function number(fields: Fields, name: string): number {
  return numbers(fields, name)[0] ?? invalid(name, field(fields, name));
}

function numbers(fields: Fields, name: string): number[] {
  const value = field(fields, name);
  if (!/^\d+(\t\d+)*$/.test(value)) invalid(name, value);
  return value.split("\t").map(Number);
}

function invalid(name: string, value: string): never {
  throw new SyntaxError(
    `invalid process status, ${name} '${value}': expected numbers, tabs between them`,
  );
}

/** The kernel writes a newline as `\n` and a backslash as `\\`. */
function unescapeName(name: string): string {
  return name.replaceAll(/\\(n|\\)/g, (_, letter) =>
    letter === "n" ? "\n" : "\\",
  );
}
