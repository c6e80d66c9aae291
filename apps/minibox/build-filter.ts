// Writes src/plan/default-filter.json, the filter of `minibox run`, with the system's libseccomp: to be run when the profile
// of @ns/seccomp has changed. `minibox run` itself needs no libseccomp, and no time for it.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { compileFilter, defaultProfile, resolveProfile } from "@ns/seccomp";
import { defaultFilterCapabilities } from "./src/plan/default-filter.ts";

const filters = (["x64", "arm64"] as const).map((arch) => {
  const capabilities = defaultFilterCapabilities;
  // of another architecture than this machine's it knows this one's calls, too, which are never made there
  const profile = resolveProfile(defaultProfile, { capabilities, arch });
  const { filter } = compileFilter(profile);
  return [arch, Buffer.from(filter).toString("base64")];
});
writeFileSync(
  join(import.meta.dirname, "src/plan/default-filter.json"),
  `${JSON.stringify(Object.fromEntries(filters), undefined, 2)}\n`,
);
