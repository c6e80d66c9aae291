#!/usr/bin/env node
import { parseArgs, styleText } from "node:util";
import { formatNamespaceTree, type TreeStyle } from "./format-tree.ts";
import { isSystemError } from "./internal/system-error.ts";
import { isNamespaceKind, NAMESPACE_KINDS } from "./kind.ts";
import { listNamespaces, type NamespaceListing } from "./list.ts";
import { readUserNames } from "./user-names.ts";

const HELP = `Usage: ns-tree [--type KIND]... [--json]

Prints the namespaces of this machine as a tree, each under the user namespace that owns it.

  -t, --type KIND  only these kinds: ${NAMESPACE_KINDS.join(", ")}
  -J, --json       as JSON: every process, and how each namespace is held
  -h, --help       this text

In colour on a terminal, unless NO_COLOR is set.
`;

const COLOURS: Readonly<Record<TreeStyle, Parameters<typeof styleText>[0]>> = {
  heading: "bold",
  branch: "gray",
  held: "gray",
  warning: "yellow",
  user: ["bold", "magenta"],
  mnt: "green",
  net: "cyan",
  pid: "blue",
  uts: "yellow",
  ipc: "red",
  cgroup: "magenta",
  time: "white",
};

function main(): void {
  const { type = [], json, help } = parseArguments();
  if (help === true) {
    process.stdout.write(HELP);
    return;
  }
  const listing = only(type, listNamespaces());
  process.stdout.write(json === true ? asJson(listing) : asTree(listing));
}

function parseArguments(): { type?: string[]; json?: boolean; help?: boolean } {
  const { values } = parseArgs({
    options: {
      type: { type: "string", short: "t", multiple: true },
      json: { type: "boolean", short: "J" },
      help: { type: "boolean", short: "h" },
    },
  });
  for (const kind of values.type ?? [])
    if (!isNamespaceKind(kind))
      throw new UsageError(
        `invalid --type '${kind}': expected one of ${NAMESPACE_KINDS.join(", ")}`,
      );
  return values;
}

class UsageError extends Error {
  readonly code = "ERR_PARSE_ARGS_INVALID_OPTION_VALUE";
}

function only(
  kinds: readonly string[],
  { namespaces, unreadable }: NamespaceListing,
): NamespaceListing {
  const shown = ({ kind }: { kind: string }): boolean =>
    kinds.length === 0 || kinds.includes(kind);
  return { namespaces: namespaces.filter(shown), unreadable };
}

function asJson(listing: NamespaceListing): string {
  return `${JSON.stringify(listing, null, 2)}\n`;
}

function asTree(listing: NamespaceListing): string {
  const { stdout } = process;
  // a pipe has no such method, whatever the types say
  const isColoured = stdout.isTTY && stdout.hasColors();
  const names = readUserNames();
  return formatNamespaceTree(listing, {
    userName: (uid) => names.get(uid) ?? String(uid),
    // a terminal whose size is not set has none
    ...(stdout.isTTY && { width: stdout.columns || undefined }),
    ...(isColoured && {
      paint: (style, text) =>
        text === ""
          ? ""
          : styleText(COLOURS[style], text, { validateStream: false }),
    }),
  });
}

// `ns-tree | head`: nobody reads the rest
process.stdout.on("error", (error) => {
  if (!isSystemError(error, "EPIPE")) throw error;
});

try {
  main();
} catch (error) {
  if (
    !(error instanceof Error) ||
    !("code" in error) ||
    !String(error.code).startsWith("ERR_PARSE_ARGS")
  )
    throw error;
  process.stderr.write(`ns-tree: ${error.message}\n\n${HELP}`);
  process.exitCode = 2;
}
