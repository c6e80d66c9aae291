import { existsSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { formatConfig, specExample } from "@ns/oci";
import { describeFeatures } from "../../oci/features.ts";
import { print } from "../../print.ts";
import { parseFlags, usage } from "./flags.ts";
import type { OciCommand } from "./main.ts";

/** `minibox spec`. */
export const spec: OciCommand = (_runtime, args) => {
  const flags = parseFlags(args, { "b|bundle": "value", rootless: "switch" });
  const file = join(resolve(flags.value("bundle") ?? "."), "config.json");
  if (existsSync(file)) throw usage("File config.json exists. Remove it first");
  const text = formatConfig(specExample({ rootless: flags.has("rootless") }));
  const indented = JSON.stringify(JSON.parse(text), null, "\t");
  writeFileSync(file, `${indented}\n`, { mode: 0o666, flag: "wx" });
  return 0;
};

/** `minibox features`. */
export const features: OciCommand = () => {
  print(`${JSON.stringify(describeFeatures(), null, 4)}\n`);
  return 0;
};
