import {
  AtFlags,
  close,
  invokeAll,
  openat,
  OpenFlags,
  type Register,
  register,
  type Step,
  step,
  write,
} from "@ns/syscalls";
import { formatIdMap, type IdMap } from "./id-map.ts";

/** Both maps of a user namespace; named as the options of `spawn` in `@ns/spawn`. */
export interface IdMaps {
  readonly uidMappings: IdMap;
  readonly gidMappings: IdMap;
  /**
   * Whether setgroups(2) is to be allowed inside. Default: as it is, allowed in a new user namespace. Without privileges
   * outside it has to be false, or the group map is refused.
   */
  readonly setgroups?: boolean;
}

/**
 * The steps that write a process's maps, from its parent user namespace or from inside: setgroups, uid_map, gid_map, all
 * of them below one handle on /proc/PID. A map can be written once; see user_namespaces(7).
 *
 * Performing them fails with `EPERM` where `checkMapWriter` says so, or the map is there already. The process
 * must not be reaped meanwhile, or its number may be another's.
 * @throws {IdmapError} `ERR_IDMAP_INVALID_MAP` for a map that the kernel takes from nobody.
 * @throws {RangeError} for what is no pid.
 */
export function idMapSteps(pid: number | "self", maps: IdMaps): Step[] {
  const { uidMappings, gidMappings, setgroups } = maps;
  const directory = register("/proc/<pid>");
  const open = openat(
    AtFlags.FDCWD,
    `/proc/${checkPid(pid)}`,
    OpenFlags.PATH | OpenFlags.DIRECTORY | OpenFlags.CLOEXEC,
  );
  return [
    step(open, { into: directory, why: "find the process" }),
    ...(setgroups === undefined
      ? []
      : writeFile(directory, "setgroups", setgroups ? "allow" : "deny")),
    ...writeFile(directory, "uid_map", formatIdMap(uidMappings)),
    ...writeFile(directory, "gid_map", formatIdMap(gidMappings)),
    close(directory),
  ];
}

/**
 * Writes the maps of a process that waits for them; see {@link idMapSteps}.
 * @throws {SyscallError} `EPERM` where `checkMapWriter` says so, or a map is there already.
 * @throws {IdmapError} `ERR_IDMAP_INVALID_MAP`, before anything is written.
 */
export function writeIdMaps(pid: number | "self", maps: IdMaps): void {
  invokeAll(idMapSteps(pid, maps));
}

function writeFile(directory: Register, name: string, text: string): Step[] {
  const file = register(name);
  const why = `write ${name}`;
  return [
    step(openat(directory, name, OpenFlags.WRONLY | OpenFlags.CLOEXEC), {
      into: file,
      why,
    }),
    step(write(file, text), { why }),
    close(file),
  ];
}

/** A pid in text, as it stands in a path or among a program's arguments. */
export function checkPid(pid: number | "self"): string {
  if (pid === "self" || (Number.isInteger(pid) && pid > 0)) return String(pid);
  throw new RangeError(`invalid pid '${pid}': expected a positive integer`);
}
