import { IdmapError } from "./error.ts";
import { checkIdMap, type IdKind, type IdMap } from "./id-map.ts";

/** Who writes a map, and in what circumstances; "outside" is the parent of the user namespace whose map it is. */
export interface MapWriter {
  readonly kind: IdKind;
  /** The writer's effective user or group id outside; the user who made the namespace too. */
  readonly id: number;
  /** Whether it has CAP_SETUID, or for groups CAP_SETGID, outside. */
  readonly privileged: boolean;
  /** Whether it has CAP_SETFCAP outside. Default: as `privileged`. Linux 5.12. */
  readonly setfcap?: boolean;
  /** Whether setgroups(2) is still allowed inside. Default: true, as in a new user namespace. */
  readonly setgroups?: boolean;
  /** The map of the user namespace outside. Default: that of the initial one, where every id is. */
  readonly outside?: IdMap;
}

/**
 * Refuses a map that the kernel would not take from this writer, by the rules of "Defining user and group ID mappings:
 * writing to uid_map and gid_map" in user_namespaces(7). The kernel only says `EPERM`; this says which rule.
 * @throws {IdmapError} `ERR_IDMAP_NOT_PERMITTED`; `ERR_IDMAP_INVALID_MAP` for a map it takes from nobody.
 */
export function checkMapWriter(map: IdMap, writer: MapWriter): void {
  checkIdMap(map);
  const refusal = refuse(map, writer);
  if (refusal === undefined) return;
  throw new IdmapError(
    "ERR_IDMAP_NOT_PERMITTED",
    `cannot write ${writer.kind}_map: ${refusal.why}`,
    { hint: refusal.hint },
  );
}

/** Whether the kernel takes this map from this writer; if not, newuidmap(1) may write it. See {@link checkMapWriter}. */
export function canWriteMap(map: IdMap, writer: MapWriter): boolean {
  checkIdMap(map);
  return refuse(map, writer) === undefined;
}

interface Refusal {
  readonly why: string;
  readonly hint: string;
}

function refuse(map: IdMap, writer: MapWriter): Refusal | undefined {
  const { kind, id, privileged, setgroups = true, outside } = writer;
  const { setfcap = privileged } = writer;
  const [first] = map;
  if (first === undefined)
    return {
      why: "it has no lines",
      hint: "a map is written once, with a line at least",
    };
  const unmapped = map.find(
    (line) => !isMapped(line.hostId, line.size, outside),
  );
  if (unmapped !== undefined) {
    return {
      why: `${unmapped.hostId} and the ${unmapped.size - 1} ids after it are not in one line of the map outside`,
      hint: "ids that are not mapped outside cannot be given away",
    };
  }
  if (kind === "uid" && !setfcap && map.some(({ hostId }) => hostId === 0)) {
    return {
      why: "user 0 outside is in it, and CAP_SETFCAP is not effective there",
      hint: "since Linux 5.12 whoever maps user 0 has to have CAP_SETFCAP",
    };
  }
  if (privileged) return undefined;
  if (map.length !== 1 || first.size !== 1 || first.hostId !== id) {
    return {
      why: `it is not a single line with only the writer's own id, ${id}, outside`,
      hint: `new${kind}map(1) maps the ids that /etc/sub${kind} grants`,
    };
  }
  if (kind === "uid" || !setgroups) return undefined;
  return {
    why: "setgroups is not denied",
    hint: "write deny to /proc/PID/setgroups first: without it a group could be left that denies access",
  };
}

/** Whether a range is within one line of the map: the kernel does not look at two lines together. */
function isMapped(first: number, size: number, map?: IdMap): boolean {
  if (map === undefined) return true;
  return map.some(
    (line) =>
      first >= line.containerId && first + size <= line.containerId + line.size,
  );
}
