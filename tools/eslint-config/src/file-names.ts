import { basename, relative } from "node:path";
import type { Rule } from "eslint";

const vague = new Set([
  "utils",
  "util",
  "helpers",
  "helper",
  "common",
  "types",
  "misc",
  "shared",
]);

/**
 * A file is named for the one concept in it, in kebab-case, and only `src/` itself has an index.
 */
export const fileNames: Rule.RuleModule = {
  meta: {
    type: "suggestion",
    schema: [],
    messages: {
      vague: "'{{name}}' says nothing: name the file for the concept in it.",
      kebab: "Name the file in kebab-case: '{{name}}' is not.",
      barrel:
        "Only src/ itself has an index: import the file that defines what you need.",
    },
  },
  create(context) {
    const path = relative(context.cwd, context.filename);
    return {
      Program(node) {
        const messageId = problemWith(path);
        const name = basename(path);
        if (messageId !== undefined)
          context.report({ node, messageId, data: { name } });
      },
    };
  },
};

function problemWith(path: string): "vague" | "kebab" | "barrel" | undefined {
  const [stem = ""] = basename(path).split(".");
  if (vague.has(stem)) return "vague";
  if (!/^[a-z0-9]+(-[a-z0-9]+)*$/.test(stem)) return "kebab";
  if (stem === "index" && /\/src\/.+\//.test(path)) return "barrel";
  return undefined;
}
