import type { SeccompFilter } from "@ns/spawn";
import { type Arch, Capabilities } from "@ns/syscalls";
import { CONTAINER_CAPABILITIES } from "./capabilities.ts";
import filters from "./default-filter.json" with { type: "json" };

/** The capabilities that the filter allows the calls of: those of root in a sandbox, by name. */
export const defaultFilterCapabilities: readonly string[] = Object.entries(
  Capabilities,
)
  .filter(([, number]) => CONTAINER_CAPABILITIES.includes(number))
  .map(([name]) => `CAP_${name}`);

/**
 * What a command in a sandbox may ask of the kernel: `defaultProfile` of `@ns/seccomp`, compiled (build-filter.ts). No new
 * namespaces, user namespaces included: there it would be root, with all that only root of some namespace may ask.
 */
export function defaultFilter(arch: Arch): SeccompFilter {
  return { filter: Buffer.from(filters[arch], "base64") };
}
