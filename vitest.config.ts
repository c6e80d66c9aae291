import { defineConfig } from "vitest/config";

const files = (suffix: string) =>
  ["packages", "apps", "tools"].map(
    (folder) => `${folder}/*/test/**/*${suffix}`,
  );
const alone = files(".alone.test.ts");

const common = {
  pool: "forks",
  testTimeout: 30_000,
  hookTimeout: 30_000,
  teardownTimeout: 10_000,
} as const;

export default defineConfig({
  test: {
    globalSetup: "vitest.global-setup.ts",
    reporters: ["default", ["json", { outputFile: ".cache/vitest.json" }]],
    projects: [
      {
        test: {
          ...common,
          name: "together",
          include: files(".test.ts"),
          exclude: alone,
          sequence: { groupOrder: 0 },
        },
      },
      {
        // what they compare, the whole machine shares
        test: {
          ...common,
          name: "alone",
          include: alone,
          fileParallelism: false,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
