import {
  AtFlags,
  captureInts,
  clone3,
  close,
  decimal,
  errnoNumber,
  execve,
  openat,
  OpenFlags,
  type Register,
  register,
  Signals,
  step,
  wait4,
  write,
} from "@ns/syscalls";
import type { IdMapping } from "./options.ts";
import type { Program } from "./program.ts";
import type { Request } from "./request.ts";

/** Whether the new process has to wait for its ids to be mapped. */
export function needsMapping({ options }: Pick<Request, "options">): boolean {
  return (
    options.uidMappings !== undefined ||
    options.gidMappings !== undefined ||
    options.setgroups === false
  );
}

const DIRECTORY = OpenFlags.PATH | OpenFlags.DIRECTORY | OpenFlags.CLOEXEC;

/** Opens the /proc that shows the process as the first stage sees it. */
export function openProc(program: Program): Register {
  const proc = register("/proc");
  program.call(
    step(openat(AtFlags.FDCWD, "/proc", DIRECTORY), {
      into: proc,
      why: "to map ids there",
    }),
  );
  return proc;
}

/** Writes the id maps of the process in `pid`, from outside its user namespace. */
export function mapIds(
  program: Program,
  request: Request,
  { pid, proc }: { readonly pid: Register; readonly proc: Register },
): void {
  const { uidMappings, gidMappings, idMapper, setgroups } = request.options;
  const direct =
    (idMapper ?? (canWriteMaps(request) ? "direct" : "newuidmap")) === "direct";
  const own = register("/proc/<pid>");
  program.call(
    step(openat(proc, decimal(pid), DIRECTORY), {
      into: own,
      why: "find the process",
    }),
  );
  // Without privileges a group map may be written only once setgroups(2) is denied (Linux 3.19);
  // newgidmap sees to that itself.
  const allowed =
    setgroups ?? (!direct || gidMappings === undefined || request.euid === 0);
  if (!allowed) writeFile(program, own, "setgroups", "deny", "deny setgroups");
  if (direct) {
    if (uidMappings !== undefined)
      writeFile(
        program,
        own,
        "uid_map",
        formatMap(uidMappings),
        "map the user ids",
      );
    if (gidMappings !== undefined)
      writeFile(
        program,
        own,
        "gid_map",
        formatMap(gidMappings),
        "map the group ids",
      );
  } else {
    if (uidMappings !== undefined)
      runMapper(program, "/usr/bin/newuidmap", uidMappings, pid);
    if (gidMappings !== undefined)
      runMapper(program, "/usr/bin/newgidmap", gidMappings, pid);
  }
}

/** The text of uid_map: `containerId hostId size` on each line. */
export function formatMap(mappings: readonly IdMapping[]): string {
  return mappings
    .map((m) => `${m.containerId} ${m.hostId} ${m.size}\n`)
    .join("");
}

/**
 * Whether the caller may write the maps itself: as root, or one id each, its own;
 * see "Defining user and group ID mappings" in user_namespaces(7).
 */
function canWriteMaps({ options, euid, egid }: Request): boolean {
  return (
    euid === 0 ||
    (isOwnId(options.uidMappings, euid) && isOwnId(options.gidMappings, egid))
  );
}

function isOwnId(
  mappings: readonly IdMapping[] | undefined,
  own: number,
): boolean {
  if (mappings === undefined) return true;
  const [first] = mappings;
  return mappings.length === 1 && first?.size === 1 && first.hostId === own;
}

function writeFile(
  program: Program,
  directory: Register,
  name: string,
  text: string,
  why: string,
): void {
  const file = register(name);
  program.call(
    step(openat(directory, name, OpenFlags.WRONLY | OpenFlags.CLOEXEC), {
      into: file,
      why,
    }),
  );
  program.call(step(write(file, text), { why }));
  program.call(close(file));
}

/**
 * Runs newuidmap(1) or newgidmap(1), set-user-ID programs that check /etc/subuid and /etc/subgid. What
 * they say of a refusal goes to the command's standard error.
 */
function runMapper(
  program: Program,
  file: string,
  mappings: readonly IdMapping[],
  pid: Register,
): void {
  const ranges = mappings.flatMap((m) =>
    [m.containerId, m.hostId, m.size].map(String),
  );
  const mapper = register("mapper");
  const status = register("status");
  const why = `map ids: ${file} <pid> ${ranges.join(" ")}`;
  program.call(
    step(clone3({ flags: 0n, exit_signal: Signals.SIGCHLD }), {
      into: mapper,
      why,
    }),
  );
  const parent = program.label();
  program.jumpIf(mapper, "not-equal", 0, parent);
  program.call(
    step(execve(file, [file, decimal(pid), ...ranges], []), { why }),
  );
  program.place(parent);
  program.call(step(wait4(mapper, captureInts(status), 0, null), { why }));
  const mapped = program.label();
  program.jumpIf(status, "equal", 0, mapped);
  const refused = register("refused");
  program.set(refused, errnoNumber("EPERM"));
  program.fail(
    refused,
    step(execve(file, [file, decimal(pid), ...ranges], []), { why }),
  );
  program.place(mapped);
}
