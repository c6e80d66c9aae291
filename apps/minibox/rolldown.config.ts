// The command-line program as one file, which Node starts without finding and reading dozens of modules.
import { cpSync, existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { defineConfig, type Plugin, type RolldownOptions } from "rolldown";

const STAGE = new URL("../../packages/spawn/native/", import.meta.url);

/** koffi's binary for an architecture, where that is installed: a package manager takes only its own machine's. */
function koffiBinary(arch: string): string | undefined {
  const fromKoffi = createRequire(
    createRequire(import.meta.url).resolve("koffi"),
  );
  try {
    return fromKoffi.resolve(
      `@koromix/koffi-linux-${arch}/linux_${arch}/koffi.node`,
    );
  } catch {
    return undefined;
  }
}

function copy(from: string | URL | undefined, name: string): void {
  if (from !== undefined && existsSync(from))
    cpSync(from, new URL(`native/${name}`, import.meta.url));
}

function toAscii(code: string): string {
  return code.replaceAll(
    /[^\0-\x7f]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** They make values and do nothing else: what is made of them and not used is left out. */
const PURE =
  "define layout step register captureInts int octal hex fd word flags oneOf cstring path dest strings environment ints " +
  "input output struct anyArg place Set Map";

/** Functions of Node's modules that few runs call. To load all of these takes 2 to 8 ms: each is loaded when it is called. */
const SELDOM: Readonly<Record<string, readonly string[]>> = {
  "node:buffer": ["isUtf8"],
  "node:crypto": ["createHash", "randomBytes"],
  "node:os": ["release", "tmpdir"],
  "node:util": ["parseArgs", "styleText"],
};

/** Puts functions that load the module in the module's place. */
const seldom: Plugin = {
  name: "seldom-used-modules",
  resolveId: (id) => (id in SELDOM || id === "node:module" ? `\0${id}` : null),
  load(id) {
    const module = id.slice(1);
    // the bundler makes a `require` in any case
    if (module === "node:module")
      return `export const createRequire = (from) => (id) => process.getBuiltinModule("${module}").createRequire(from)(id);`;
    return SELDOM[module]
      ?.map(
        (name) =>
          `export const ${name} = (...args) => process.getBuiltinModule("${module}").${name}(...args);`,
      )
      .join("\n");
  },
};

const options: RolldownOptions = {
  platform: "node",
  external: ["koffi", "./doctor.cjs"],
  treeshake: { manualPureFunctions: PURE.split(" ") },
  plugins: [
    seldom,
    {
      name: "native-binaries",
      resolveId(id) {
        // A program of its own, which `run` does not load.
        return id.endsWith("/commands/doctor.ts") && id.startsWith(".")
          ? { id: "./doctor.cjs", external: true }
          : null;
      },
      load(id) {
        // Beside the bundle: to look for the package would take 2 ms.
        if (!id.endsWith("/internal/koffi-binary.ts")) return null;
        return "export const requireBinary = () => require(`${__dirname}/../native/koffi-${process.arch}.node`);";
      },
      generateBundle(_options, bundle) {
        // All ASCII, so that it is read as it is, a byte a character.
        for (const file of Object.values(bundle))
          if (file.type === "chunk") file.code = toAscii(file.code);
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
};

/** Modules that are others where Bun is the engine. */
const REPLACED = {
  "/internal/koffi-binary.ts": "bun-ffi.ts",
  "/pty-output.ts": "bun-pty-output.ts",
};

/** The program for the executable: nothing is beside it, so all of it is inside. */
const executable: RolldownOptions = {
  ...options,
  external: ["bun:ffi", "koffi"],
  plugins: [
    seldom,
    {
      name: "embedded-binaries",
      load(id) {
        for (const [module, replacement] of Object.entries(REPLACED))
          if (id.endsWith(module))
            return readFileSync(`src/executable/${replacement}`, "utf8");
        if (!id.endsWith("/nsinit-binary.ts")) return null;
        const stage = readFileSync(new URL(`nsinit-${process.arch}`, STAGE));
        return `export const readNsinit = () => Buffer.from("${stage.toString("base64")}", "base64");`;
      },
    },
  ],
  input: "src/main.ts",
  output: {
    // A chunk is evaluated when it is needed, and what it takes from others are variables, not properties.
    dir: "dist/executable",
    entryFileNames: "minibox.js",
    chunkFileNames: "[name].js",
    format: "esm",
    minify: true,
  },
};

function program(input: string, name: string): RolldownOptions {
  return {
    ...options,
    input,
    output: {
      file: `dist/${name}.cjs`,
      format: "cjs",
      minify: true,
      codeSplitting: false,
    },
  };
}

const config: RolldownOptions[] = defineConfig([
  program("src/main.ts", "main"),
  program("src/commands/doctor.ts", "doctor"),
  program("src/loader.ts", "minibox"),
  executable,
]);

export default config;
