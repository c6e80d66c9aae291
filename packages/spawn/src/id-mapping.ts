import {
  AtFlags,
  clone3,
  close,
  decimal,
  execve,
  openat,
  OpenFlags,
  type Register,
  register,
  Signals,
  step,
  wait4,
  write,
  captureInts,
} from "@ns/syscalls";
import type { IdMapping } from "./options.ts";
import type { Program } from "./program.ts";
import type { Request } from "./request.ts";

/** Whether the new process has to wait for its ids to be mapped. */
export function needsMapping({ options }: Pick<Request, "options">): boolean {
  return options.uidMappings !== undefined || options.gidMappings !== undefined;
}

/**
 * Whether the caller may write the maps itself: as root, or one id each, its own;
 * see "Defining user and group ID mappings" in user_namespaces(7).
 */
function canWriteMaps({ options, euid, egid }: Request): boolean {
  return euid === 0 || (isOwnId(options.uidMappings, euid) && isOwnId(options.gidMappings, egid));
}

function isOwnId(mappings: readonly IdMapping[] | undefined, own: number): boolean {
  if (mappings === undefined) return true;
  const [first] = mappings;
  return mappings.length === 1 && first?.size === 1 && first.hostId === own;
}

/** Writes the id maps of the process in `pid`, from outside its user namespace. */
export function mapIds(program: Program, request: Request, pid: Register): void {
  const { uidMappings, gidMappings, setgroups, idMapper } = request.options;
  const direct = (idMapper ?? (canWriteMaps(request) ? "direct" : "newuidmap")) === "direct";
  if (!direct) {
    if (uidMappings !== undefined) runMapper(program, "/usr/bin/newuidmap", uidMappings, pid);
    if (gidMappings !== undefined) runMapper(program, "/usr/bin/newgidmap", gidMappings, pid);
    return;
  }
  const proc = openProc(program, pid);
  if (uidMappings !== undefined) writeFile(program, proc, "uid_map", formatMap(uidMappings), "map the user ids");
  if (gidMappings !== undefined) {
    // Without privileges a group map may be written only once setgroups(2) is denied. Linux 3.19.
    if (!(setgroups ?? request.euid === 0)) writeFile(program, proc, "setgroups", "deny", "deny setgroups");
    writeFile(program, proc, "gid_map", formatMap(gidMappings), "map the group ids");
  }
  program.call(close(proc));
}

/** The text of uid_map: `containerId hostId size` on each line. */
export function formatMap(mappings: readonly IdMapping[]): string {
  return mappings.map((m) => `${m.containerId} ${m.hostId} ${m.size}\n`).join("");
}

function openProc(program: Program, pid: Register): Register {
  const all = register("/proc");
  const own = register("/proc/<pid>");
  const flags = OpenFlags.PATH | OpenFlags.DIRECTORY | OpenFlags.CLOEXEC;
  program.call(step(openat(AtFlags.FDCWD, "/proc", flags), { into: all }));
  program.call(step(openat(all, decimal(pid), flags), { into: own, why: "find the process" }));
  program.call(close(all));
  return own;
}

function writeFile(program: Program, directory: Register, name: string, text: string, why: string): void {
  const file = register(name);
  program.call(step(openat(directory, name, OpenFlags.WRONLY | OpenFlags.CLOEXEC), { into: file }));
  program.call(step(write(file, text), { why }));
  program.call(close(file));
}

/** Runs newuidmap(1) or newgidmap(1), setuid programs that check /etc/subuid and /etc/subgid. */
function runMapper(program: Program, file: string, mappings: readonly IdMapping[], pid: Register): void {
  const ranges = mappings.flatMap((m) => [m.containerId, m.hostId, m.size].map(String));
  const mapper = register("mapper");
  const status = register("status");
  const why = `map ids with ${file} ${ranges.join(" ")}`;
  program.call(step(clone3({ flags: 0n, exit_signal: Signals.SIGCHLD }), { into: mapper, why }));
  const parent = program.label();
  program.jumpIf(mapper, "not-equal", 0, parent);
  program.call(step(execve(file, [file, decimal(pid), ...ranges], []), { why }));
  program.place(parent);
  program.call(step(wait4(mapper, captureInts(status), 0, null), { why }));
  const mapped = program.label();
  program.jumpIf(status, "equal", 0, mapped);
  const refused = register("refused");
  program.set(refused, EPERM);
  program.fail(refused);
  program.place(mapped);
}

const EPERM = 1;
