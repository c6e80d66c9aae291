import { join } from "node:path";
import comments from "@eslint-community/eslint-plugin-eslint-comments/configs";
import eslint from "@eslint/js";
import vitest from "@vitest/eslint-plugin";
import prettier from "eslint-config-prettier";
import jsdoc from "eslint-plugin-jsdoc";
import n from "eslint-plugin-n";
import { defineConfig, globalIgnores } from "eslint/config";
import tseslint from "typescript-eslint";
import { boundaries } from "./boundaries.ts";
import { fileNames } from "./file-names.ts";

const root = join(import.meta.dirname, "../../..");
const published = ["packages/*/src/**/*.ts", "apps/minibox/src/**/*.ts"];
const tests = ["**/test/**/*.ts"];

/** What the whole repository is linted with, from its root. */
export default defineConfig(
  globalIgnores(["**/dist/", "**/.cache/", "**/.turbo/", "**/fixtures/"]),
  { linterOptions: { reportUnusedDisableDirectives: "error" } },
  eslint.configs.recommended,
  tseslint.configs.strictTypeChecked,
  tseslint.configs.stylisticTypeChecked,
  comments.recommended,
  {
    languageOptions: {
      parserOptions: { project: "tsconfig.json", tsconfigRootDir: root },
    },
    plugins: { ns: { rules: { boundaries, "file-names": fileNames } }, n },
    rules: {
      "@eslint-community/eslint-comments/require-description": "error",
      "@typescript-eslint/consistent-type-imports": [
        "error",
        { disallowTypeAnnotations: false, fixStyle: "inline-type-imports" },
      ],
      "@typescript-eslint/no-confusing-void-expression": [
        "error",
        { ignoreArrowShorthand: true },
      ],
      "@typescript-eslint/no-unnecessary-condition": [
        "error",
        { allowConstantLoopConditions: "only-allowed-literals" },
      ],
      // a resource held with `using` is used by being held
      "@typescript-eslint/no-unused-vars": [
        "error",
        { ignoreUsingDeclarations: true },
      ],
      // an empty string is no name, path or value either
      "@typescript-eslint/prefer-nullish-coalescing": [
        "error",
        { ignorePrimitives: { string: true } },
      ],
      "@typescript-eslint/restrict-template-expressions": [
        "error",
        { allowNumber: true },
      ],
      eqeqeq: "error",
      "n/prefer-node-protocol": "error",
      "ns/boundaries": "error",
      "ns/file-names": "error",
    },
  },
  {
    files: published,
    extends: [n.configs["flat/recommended-module"]],
    plugins: { jsdoc },
    rules: {
      // tsc knows better: it resolves imports, and compiles syntax down to what `engines` allows
      "n/no-missing-import": "off",
      "n/no-unsupported-features/es-syntax": "off",
      "n/no-unsupported-features/node-builtins": [
        "error",
        { allowExperimental: true },
      ],
      "jsdoc/check-alignment": "error",
      "jsdoc/check-param-names": "error",
      "jsdoc/check-tag-names": [
        "error",
        { typed: true, definedTags: ["remarks", "throws", "see"] },
      ],
      "jsdoc/empty-tags": "error",
      "jsdoc/no-bad-blocks": "error",
      "jsdoc/no-blank-blocks": "error",
      "jsdoc/require-asterisk-prefix": "error",
      "jsdoc/require-description": "error",
      "max-lines": [
        "error",
        { max: 250, skipBlankLines: true, skipComments: true },
      ],
      "no-restricted-syntax": [
        "error",
        {
          selector: "ExportDefaultDeclaration",
          message: "Name what you export; see the style guide.",
        },
      ],
    },
  },
  {
    files: tests,
    extends: [vitest.configs.recommended],
    rules: {
      "vitest/no-disabled-tests": "error",
      // a table of cases, or a helper, may hold the expectations
      "vitest/expect-expect": [
        "error",
        { assertFunctionNames: ["expect*", "assert*", "fc.assert"] },
      ],
    },
  },
  {
    files: ["**/*.{js,mjs}"],
    extends: [tseslint.configs.disableTypeChecked],
    languageOptions: { globals: { console: "readonly", process: "readonly" } },
  },
  prettier,
);
