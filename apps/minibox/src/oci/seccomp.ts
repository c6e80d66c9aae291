import { join } from "node:path";
import type { Config } from "@ns/oci";
import type { SeccompFilter } from "@ns/spawn";
import { unsupported } from "../plan/oci/unsupported.ts";

/**
 * The filter of linux.seccomp, out of where the last ones are kept. What compiles it is loaded when there is one.
 * @throws {SeccompError}
 */
export function seccompOf(
  config: Config,
  root: string,
): Promise<SeccompFilter | undefined> {
  return compileSeccomp(config, join(root, ".seccomp"));
}

/** The same, kept in that directory, or not at all. */
export async function compileSeccomp(
  { linux, process }: Config,
  cacheDirectory: string | undefined,
): Promise<SeccompFilter | undefined> {
  const profile = linux?.seccomp;
  if (profile === undefined) return undefined;
  const notifies = [
    profile.defaultAction,
    ...(profile.syscalls ?? []).map(({ action }) => action),
  ].includes("SCMP_ACT_NOTIFY");
  if (notifies || (profile.listenerPath ?? "") !== "")
    throw unsupported("linux.seccomp", "listeners are not served yet");
  const { compileFilter } = await import("@ns/seccomp");
  const { filter, flags } = compileFilter(profile, {
    capabilities: process?.capabilities?.bounding ?? [],
    ...(cacheDirectory !== undefined && { cacheDirectory }),
  });
  return { filter, flags };
}
