import { resolve } from "node:path";
import { defineConfig } from "vitest/config";

/** What runs in the virtual machine; `pnpm test:vm` starts it there. */
export default defineConfig({
  root: resolve(import.meta.dirname, "../.."),
  test: {
    include: ["{packages,apps,tools}/*/test/**/*.vm.test.ts"],
    pool: "forks",
    // the machine is theirs, one after the other
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // Node runs the sources as they are: without Vite's transforms an emulated machine needs half the time
    experimental: { viteModuleRunner: false },
    reporters: [
      "default",
      ["json", { outputFile: process.env["TESTVM_REPORT"] ?? "" }],
    ],
  },
});
