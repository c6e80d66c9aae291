import { execFile } from "node:child_process";
import { IdmapError } from "./error.ts";
import { formatIdMap, type IdKind, type IdMap } from "./id-map.ts";
import { checkPid } from "./write-maps.ts";

/**
 * Has newuidmap(1), a set-user-ID program of Debian's `uidmap`, write a process's user map: the caller's own id and those
 * that /etc/subuid grants. The process has to be the caller's own.
 * @throws {IdmapError} `ERR_IDMAP_MAPPER`, with what it said; `ERR_IDMAP_INVALID_MAP` before it is started.
 */
export function newuidmap(pid: number, map: IdMap): Promise<void> {
  return runMapper("uid", pid, map);
}

/**
 * Has newgidmap(1) write a process's group map: the caller's own id and those that /etc/subgid grants. With only the
 * caller's own it denies setgroups(2) first.
 * @throws {IdmapError} as {@link newuidmap}.
 */
export function newgidmap(pid: number, map: IdMap): Promise<void> {
  return runMapper("gid", pid, map);
}

async function runMapper(kind: IdKind, pid: number, map: IdMap): Promise<void> {
  formatIdMap(map);
  const program = `new${kind}map`;
  const ranges = map.flatMap((m) => [m.containerId, m.hostId, m.size]);
  const args = [checkPid(pid), ...ranges.map(String)];
  const { promise, resolve, reject } = Promise.withResolvers<undefined>();
  execFile(program, args, (cause, _, stderr) => {
    if (cause === null) resolve(undefined);
    else reject(refusal(kind, cause, stderr));
  });
  await promise;
}

function refusal(
  kind: IdKind,
  cause: Error & { code?: string | number | null },
  stderr: string,
): IdmapError {
  const program = `new${kind}map`;
  const missing = cause.code === "ENOENT";
  const said = stderr.trim().split("\n")[0] ?? "";
  return new IdmapError(
    "ERR_IDMAP_MAPPER",
    missing
      ? `cannot run ${program}: it is not in PATH`
      : `${program} has not written the map: ${said === "" ? cause.message : said}`,
    {
      cause,
      hint: missing
        ? "Debian: apt-get install uidmap"
        : `the ids have to be granted in /etc/sub${kind}: usermod --add-sub${kind}s FIRST-LAST USER`,
    },
  );
}
