import manifest from "../../package.json" with { type: "json" };
import { print } from "../print.ts";

/** Of the OCI runtime specification. A constant here: @ns/oci is not loaded for it. */
const SPECIFICATION = "1.3.0";

/** `minibox --version`, which engines read. */
export function main(): number {
  print(`minibox version ${manifest.version}\nspec: ${SPECIFICATION}\n`);
  return 0;
}
