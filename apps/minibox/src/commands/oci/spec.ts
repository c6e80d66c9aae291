import { existsSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { readCgroups } from "@ns/cgroup";
import { formatConfig, specExample } from "@ns/oci";
import { describeFeatures } from "../../oci/features.ts";
import { print } from "../../print.ts";
import type { OciCommand } from "./command.ts";
import { usage } from "./flags.ts";

/** `minibox spec`. */
export const spec: OciCommand = {
  words: "",
  about: "write a config.json to begin with, of a shell in rootfs/",
  flags: {
    "b|bundle": ["value", "directory of the bundle; default: the current one"],
    rootless: ["switch", "one that an ordinary user can run"],
  },
  count: [0, 0],
  run(_runtime, flags) {
    const file = join(resolve(flags.value("bundle") ?? "."), "config.json");
    if (existsSync(file))
      throw usage("File config.json exists. Remove it first");
    const text = formatConfig(
      specExample({
        rootless: flags.has("rootless"),
        cgroupNamespace: readCgroups().mode === "v2",
      }),
    );
    const indented = JSON.stringify(JSON.parse(text), null, "\t");
    writeFileSync(file, `${indented}\n`, { mode: 0o666, flag: "wx" });
    return 0;
  },
};

/** `minibox features`. */
export const features: OciCommand = {
  words: "",
  about: "print what a configuration may ask for",
  flags: {},
  count: [0, 0],
  run() {
    print(`${JSON.stringify(describeFeatures(), null, 4)}\n`);
    return 0;
  },
};
