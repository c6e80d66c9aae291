// The command-line program as one file, which Node starts without finding and reading dozens of modules.
import { cpSync, existsSync } from "node:fs";
import { createRequire } from "node:module";
import { defineConfig, type RolldownOptions } from "rolldown";

const STAGE = new URL("../../packages/spawn/native/", import.meta.url);

/** koffi's binary for an architecture, where that is installed: a package manager takes only its own machine's. */
function koffiBinary(arch: string): string | undefined {
  const fromKoffi = createRequire(createRequire(import.meta.url).resolve("koffi"));
  try {
    return fromKoffi.resolve(`@koromix/koffi-linux-${arch}/linux_${arch}/koffi.node`);
  } catch {
    return undefined;
  }
}

function copy(from: string | URL | undefined, name: string): void {
  if (from !== undefined && existsSync(from)) cpSync(from, new URL(`native/${name}`, import.meta.url));
}

const config: RolldownOptions[] = defineConfig([
  {
    input: "src/main.ts",
    platform: "node",
    external: ["koffi"],
    output: { file: "dist/main.cjs", format: "cjs", codeSplitting: false, minify: "dce-only" },
    plugins: [
      {
        name: "native-binaries",
        load(id) {
          // Beside the bundle: to look for the package would take 2 ms.
          if (!id.endsWith("/internal/koffi-binary.ts")) return null;
          return "export const requireBinary = () => require(`${__dirname}/../native/koffi-${process.arch}.node`);";
        },
        writeBundle() {
          for (const arch of ["x64", "arm64"]) {
            // Where @ns/spawn looks for it from within the bundle.
            copy(new URL(`nsinit-${arch}`, STAGE), `nsinit-${arch}`);
            copy(koffiBinary(arch), `koffi-${arch}.node`);
          }
        },
      },
    ],
  },
  { input: "src/loader.ts", platform: "node", output: { file: "dist/minibox.cjs", format: "cjs" } },
]);

export default config;
