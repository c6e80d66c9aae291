import { type CgroupSystem, readCgroups } from "@ns/cgroup";
import { type Config, readConfig, validateConfig } from "@ns/oci";
import type { Runtime } from "./runtime.ts";

/** What a container is made from. */
export interface Prepared {
  readonly config: Config;
  readonly system: CgroupSystem;
}

/**
 * Reads the configuration, which can be run, and what there is to run it in.
 * @throws {OciError}
 */
export function prepare(bundle: string, runtime: Runtime): Prepared {
  return { config: loadConfig(bundle, runtime), system: readCgroups() };
}

/**
 * A configuration that can be run.
 * @throws {OciError}
 */
export function loadConfig(bundle: string, { log }: Runtime): Config {
  const config = readConfig(bundle);
  for (const { path, reason } of validateConfig(config))
    log.write("warning", `${path}: ${reason}`);
  return config;
}
