import manifest from "../../package.json" with { type: "json" };
import { print } from "../print.ts";

/** `minibox --version`. */
export function main(): number {
  print(`minibox version ${manifest.version}\n`);
  return 0;
}
