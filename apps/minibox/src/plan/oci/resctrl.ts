import { join } from "node:path";
import type { IntelRdt } from "@ns/oci";

/** What a container asks of resctrl, a file system with a directory for each class of service. */
export interface ResctrlPlan {
  /** The directory of its class. */
  readonly group: string;
  /** Whether it is another's, which has to be there: named, and nothing said of what it should be. */
  readonly mustExist: boolean;
  /** Lines that a class which is there must have. */
  readonly shared: readonly string[];
  /** Lines that are written in any case. */
  readonly own: readonly string[];
  /** The directory of its monitoring group. */
  readonly monitoring: string | undefined;
}

/** Plans linux.intelRdt for the file system at `root`; see config-linux.md, "IntelRdt". */
export function planResctrl(
  intelRdt: IntelRdt,
  { root, id }: { readonly root: string; readonly id: string },
): ResctrlPlan {
  const { closID = "", schemata = [], enableMonitoring = false } = intelRdt;
  const { l3CacheSchema = "", memBwSchema = "" } = intelRdt;
  const cache = linesOf(l3CacheSchema).filter(
    // of memory bandwidth the other member is what counts
    (line) => memBwSchema === "" || !line.startsWith("MB:"),
  );
  const shared = [...cache, ...linesOf(memBwSchema)];
  const own = schemata.flatMap(linesOf);
  const group = closID === "/" ? root : join(root, closID || id);
  return {
    group,
    mustExist: closID !== "" && shared.length + own.length === 0,
    shared,
    own,
    monitoring: enableMonitoring ? join(group, "mon_groups", id) : undefined,
  };
}

function linesOf(text: string): string[] {
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
}

/** Whether the file `schemata` says what a line does: each domain of it, whatever others it has. */
export function hasLine(schemata: string, line: string): boolean {
  const wanted = parseLine(line);
  return linesOf(schemata)
    .map(parseLine)
    .some(
      ({ resource, domains }) =>
        resource === wanted.resource &&
        [...wanted.domains].every(
          ([domain, value]) => domains.get(domain) === value,
        ),
    );
}

/** `L3:0=ff;1=0ff0`: a mask, hexadecimal without zeros in front, or of memory bandwidth a number, for each domain. */
function parseLine(line: string): {
  readonly resource: string;
  readonly domains: ReadonlyMap<string, string>;
} {
  const [resource = "", rest = ""] = line.split(":");
  const domains = rest.split(";").map((part) => {
    const [domain = "", value = ""] = part.split("=");
    const plain = value
      .trim()
      .toLowerCase()
      .replace(/^0+(?=.)/, "");
    return [domain.trim(), plain] as const;
  });
  return { resource: resource.trim(), domains: new Map(domains) };
}
