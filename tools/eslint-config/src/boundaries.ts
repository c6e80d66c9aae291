import { dirname, relative, resolve } from "node:path";
import type { Rule } from "eslint";

/**
 * Keeps packages apart: koffi is imported by `packages/syscalls` alone, a package is imported by its name alone,
 * and relative paths stay inside the package.
 */
export const boundaries: Rule.RuleModule = {
  meta: {
    type: "problem",
    schema: [],
    messages: {
      koffi:
        "Only packages/syscalls imports koffi: import the call from @ns/syscalls.",
      deep: "Import '{{package}}' by its name: what it does not export is not for others.",
      outside:
        "'{{source}}' is outside this package: import the package by its name.",
    },
  },
  create(context) {
    const home = packageOf(context);
    if (home === undefined) return {};
    const check = ({
      source,
    }: {
      source?: ModuleName | null | undefined;
    }): void => {
      if (source?.type !== "Literal" || typeof source.value !== "string")
        return;
      const problem = problemWith(source.value, context, home);
      if (problem !== undefined) context.report({ node: source, ...problem });
    };
    return {
      ImportDeclaration: check,
      ImportExpression: check,
      ExportAllDeclaration: check,
      ExportNamedDeclaration: check,
    };
  },
};

type ModuleName = Parameters<
  NonNullable<Rule.NodeListener["ImportExpression"]>
>[0]["source"];

interface Problem {
  readonly messageId: "koffi" | "deep" | "outside";
  readonly data?: Record<string, string>;
}

function problemWith(
  source: string,
  context: Rule.RuleContext,
  home: string,
): Problem | undefined {
  if (/^koffi(\/|$)/.test(source) && home !== "packages/syscalls")
    return { messageId: "koffi" };
  const deep =
    /^(@ns\/[^/]+|minibox)\/(src|dist|test|native|internal)(\/|$)/.exec(source);
  if (deep?.[1] !== undefined)
    return { messageId: "deep", data: { package: deep[1] } };
  if (!source.startsWith(".")) return undefined;
  const target = relative(
    context.cwd,
    resolve(dirname(context.filename), source),
  );
  return target.startsWith(`${home}/`)
    ? undefined
    : { messageId: "outside", data: { source } };
}

/** "packages/mount" for `packages/mount/src/mount.ts`. */
function packageOf({ cwd, filename }: Rule.RuleContext): string | undefined {
  return /^(packages|apps|tools)\/[^/]+(?=\/)/.exec(
    relative(cwd, filename),
  )?.[0];
}
