import { SkipReporter } from "@ns/testkit/skip-reporter";
import { defineConfig } from "vitest/config";

const files = (suffix: string): string[] =>
  ["packages", "apps", "tools"].map(
    (folder) => `${folder}/*/test/**/*${suffix}`,
  );

const common = {
  pool: "forks",
  testTimeout: 30_000,
  hookTimeout: 30_000,
} as const;

export default defineConfig({
  test: {
    globalSetup: "vitest.global-setup.ts",
    reporters: [
      "default",
      new SkipReporter(),
      ["json", { outputFile: ".cache/vitest.json" }],
    ],
    projects: [
      {
        test: {
          ...common,
          name: "together",
          include: files(".test.ts"),
          // `pnpm test:vm` runs those of the virtual machine, in it
          exclude: [...files(".alone.test.ts"), ...files(".vm.test.ts")],
          maxWorkers: "100%",
          sequence: { groupOrder: 0 },
        },
      },
      {
        // the executable runs with another engine
        test: {
          ...common,
          name: "minibox on Node",
          include: ["apps/minibox/test/**/*.test.ts"],
          exclude: ["**/*.alone.test.ts"],
          env: { MINIBOX_RUNTIME: "node" },
          maxWorkers: "100%",
          sequence: { groupOrder: 0 },
        },
      },
      {
        // these compare what the whole machine shares
        test: {
          ...common,
          name: "alone",
          include: files(".alone.test.ts"),
          fileParallelism: false,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
