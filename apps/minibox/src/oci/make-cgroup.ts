import { existsSync } from "node:fs";
import { CgroupError, type CgroupManager } from "@ns/cgroup";
import type { Config } from "@ns/oci";
import { MiniboxError } from "../error.ts";
import { limitsOf } from "./cgroup.ts";
import type { Runtime } from "./runtime.ts";

/** Makes the cgroup, and returns it; without the right to, the container has none of its own, where that is no error. */
export async function makeCgroup(
  runtime: Runtime,
  cgroup: CgroupManager | undefined,
  config: Config,
): Promise<CgroupManager | undefined> {
  try {
    await cgroup?.create(limitsOf(config, runtime));
    return cgroup;
  } catch (error) {
    if (!runtime.rootless) throw error;
    refuseLimits(config.linux?.resources, error);
    runtime.log.write(
      "warning",
      `no cgroup for the container: ${error instanceof Error ? error.message : String(error)}`,
    );
    return undefined;
  }
}

/** Limits that cannot be set are an error; devices an ordinary user cannot make anyway. */
function refuseLimits(resources: object | undefined, cause: unknown): void {
  const [limited] = Object.entries(resources ?? {}).filter(
    ([name, value]: [string, unknown]) =>
      name !== "devices" &&
      typeof value === "object" &&
      Object.keys(value ?? {}).length > 0,
  );
  if (limited === undefined) return;
  const [name] = limited;
  const reason = cause instanceof Error ? cause.message : String(cause);
  throw new MiniboxError(
    "ERR_UNSUPPORTED",
    `cannot honour linux.resources.${name}: no cgroup for the container: ${reason}`,
    { cause, hint: "one has to be delegated to its user: minibox doctor" },
  );
}

/** Processes in there are another's, and remain so when we are killed before we can say so. */
export function refuseOccupied(cgroup: CgroupManager): void {
  const isThere = Object.values(cgroup.directories).some((path) =>
    existsSync(path),
  );
  const count = isThere ? cgroup.processes().length : 0;
  if (count > 0)
    throw new CgroupError(
      "ERR_CGROUP_EXISTS",
      `cannot create cgroup '${cgroup.path}': it exists, with ${count} processes`,
      { hint: "take another linux.cgroupsPath, or remove what is there" },
    );
}
