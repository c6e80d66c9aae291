// The command-line program as one file: Node starts it without resolving and reading dozens of modules.
import { cpSync } from "node:fs";
import { defineConfig, type RolldownOptions } from "rolldown";

const NATIVE = new URL("../../packages/spawn/native/", import.meta.url);

const config: RolldownOptions = defineConfig({
  input: "src/main.ts",
  platform: "node",
  external: ["koffi"],
  output: { file: "dist/minibox.cjs", format: "cjs", codeSplitting: false },
  plugins: [
    {
      name: "native-stage",
      writeBundle() {
        // Where @ns/spawn looks for it from within the bundle.
        for (const name of ["nsinit-x64", "nsinit-arm64"]) {
          cpSync(new URL(name, NATIVE), new URL(`native/${name}`, import.meta.url), { force: true });
        }
      },
    },
  ],
});

export default config;
