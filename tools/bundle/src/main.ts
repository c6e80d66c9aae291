// Makes the JavaScript in dist of the package in the working directory; see ../README.md. What was in dist is removed.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { rolldown } from "rolldown";
import { markPure } from "./mark-pure.ts";

interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly publishConfig: {
    readonly exports: Readonly<Record<string, unknown>>;
    readonly bin?: Readonly<Record<string, string>>;
  };
}

const manifest = JSON.parse(readFileSync("package.json", "utf8")) as Manifest;
const { exports, bin = {} } = manifest.publishConfig;
const published = JSON.stringify([exports, bin]).matchAll(
  /"\.\/dist\/([\w-]+)\.js"/g,
);
const dependencies = Object.keys(manifest.dependencies ?? {});

const bundle = await rolldown({
  input: Object.fromEntries(
    [...published].map(([, name = ""]) => [name, join("src", `${name}.ts`)]),
  ),
  platform: "node",
  external: (id) =>
    dependencies.some((name) => id === name || id.startsWith(`${name}/`)),
  // Node 22 does not know `using`
  transform: { target: "es2023" },
  experimental: { nativeMagicString: true },
  plugins: [markPure],
  checks: { bundlerTimings: false },
  // a warning, of an import that is not found for instance, is a mistake in the package
  onLog(_level, log) {
    throw new Error(log.message);
  },
});
await bundle.write({
  dir: "dist",
  cleanDir: true,
  format: "esm",
  sourcemap: true,
  chunkFileNames: "internal/[name].js",
});
await bundle.close();
