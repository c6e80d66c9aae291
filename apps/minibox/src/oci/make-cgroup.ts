import type { CgroupManager } from "@ns/cgroup";
import type { Config } from "@ns/oci";
import { MiniboxError } from "../error.ts";
import { limitsOf } from "./cgroup.ts";
import type { Runtime } from "./runtime.ts";

/** Makes the cgroup; without the right to, the container has none of its own, where that is no error. */
export async function makeCgroup(
  runtime: Runtime,
  cgroup: CgroupManager,
  config: Config,
): Promise<boolean> {
  try {
    await cgroup.create(limitsOf(config, runtime));
    return true;
  } catch (error) {
    if (!runtime.rootless) throw error;
    refuseLimits(config.linux?.resources, error);
    runtime.log.write(
      "warning",
      `no cgroup for the container: ${error instanceof Error ? error.message : String(error)}`,
    );
    return false;
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
