import { printable } from "./internal/printable.ts";
import { formatRanges } from "./internal/ranges.ts";
import type { NamespaceKind } from "./kind.ts";
import type {
  Holder,
  ListedNamespace,
  NamespaceListing,
  UnreadableProcess,
} from "./list.ts";
import { type NamespaceNode, namespaceTree } from "./tree.ts";

/** What a piece of the text is, for whoever colours it. */
export type TreeStyle =
  "heading" | "branch" | "held" | "warning" | NamespaceKind;

/** How {@link formatNamespaceTree} prints. */
export interface TreeFormat {
  /** Gives a piece of text its colour. Default: none. */
  readonly paint?: ((style: TreeStyle, text: string) => string) | undefined;
  /** The name of a user. Default: the number. */
  readonly userName?: ((uid: number) => string) | undefined;
  /** Columns, beyond which a line of the tree is cut off. Default: none. */
  readonly width?: number | undefined;
}

type Paint = NonNullable<TreeFormat["paint"]>;

const plain: Paint = (_, text) => text;

interface Row {
  readonly branch: string;
  readonly namespace: ListedNamespace;
  readonly cells: readonly string[];
}

const HEADINGS = ["NS", "TYPE", "NPROCS", "PID", "USER", "COMMAND"] as const;

/**
 * Prints namespaces as a tree, as `lsns --tree` does: inode, kind, how many processes, and of the first of them
 * its id, user and command; or how a namespace without processes is held. Below is which processes could not be
 * read. Characters that a terminal would act on are printed as `\x1b`.
 */
export function formatNamespaceTree(
  { namespaces, unreadable }: NamespaceListing,
  format: TreeFormat = {},
): string {
  const { paint = plain, userName = String, width } = format;
  const rows = namespaceTree(namespaces).flatMap((root) =>
    rowsOf(root, userName),
  );
  const widths = HEADINGS.map((heading, i) =>
    Math.max(heading.length, ...rows.map(({ cells }) => cells[i]?.length ?? 0)),
  );
  const lines = [
    paint("heading", align(HEADINGS, widths).slice(0, width)),
    ...rows.map((row) => {
      const text = align(row.cells, widths).slice(0, width);
      return paintRow(text, row, { firstWidth: widths[0] ?? 0, paint });
    }),
    ...warnings(unreadable).map((line) => paint("warning", line)),
  ];
  return `${lines.join("\n")}\n`;
}

function rowsOf(
  { namespace, children }: NamespaceNode<ListedNamespace>,
  userName: (uid: number) => string,
  [branch, below]: readonly [branch: string, below: string] = ["", ""],
): Row[] {
  const cells = cellsOf(namespace, branch, userName);
  const rowsBelow = children.flatMap((child, i) => {
    const isLast = i === children.length - 1;
    return rowsOf(child, userName, [
      below + (isLast ? "└─" : "├─"),
      below + (isLast ? "  " : "│ "),
    ]);
  });
  return [{ branch, namespace, cells }, ...rowsBelow];
}

function cellsOf(
  { kind, inode, processes, ownerUid, heldBy }: ListedNamespace,
  branch: string,
  userName: (uid: number) => string,
): string[] {
  const [first] = processes;
  const uid = first?.uid ?? ownerUid;
  return [
    `${branch}${inode}`,
    kind,
    String(processes.length),
    first === undefined ? "" : String(first.pid),
    uid === undefined ? "" : printable(userName(uid)),
    first === undefined ? describeHolders(heldBy) : printable(first.command),
  ];
}

function describeHolders(heldBy: readonly Holder[]): string {
  const [first] = heldBy;
  if (first === undefined) return "(held by what it owns)";
  const more = heldBy.length > 1 ? ` and ${heldBy.length - 1} more` : "";
  return `(${describeHolder(first)}${more})`;
}

function describeHolder(holder: Holder): string {
  switch (holder.by) {
    case "mount":
      return `bound to ${printable(holder.mountPoint)}`;
    case "fd":
      return `descriptor ${holder.fd} of process ${holder.pid}`;
    case "children":
      return `for children of process ${holder.pid}`;
  }
}

/** Numbers to the right, the rest to the left. */
function align(cells: readonly string[], widths: readonly number[]): string {
  return cells
    .map((cell, i) => {
      const isNumber = HEADINGS[i] === "NPROCS" || HEADINGS[i] === "PID";
      const width = widths[i] ?? 0;
      return isNumber ? cell.padStart(width) : cell.padEnd(width);
    })
    .join(" ")
    .trimEnd();
}

function paintRow(
  text: string,
  { branch, namespace }: Row,
  { firstWidth, paint }: { readonly firstWidth: number; readonly paint: Paint },
): string {
  const kindEnd = firstWidth + 1 + namespace.kind.length;
  const rest = text.slice(kindEnd);
  return [
    paint("branch", text.slice(0, branch.length)),
    paint(namespace.kind, text.slice(branch.length, kindEnd)),
    namespace.processes.length === 0 ? paint("held", rest) : rest,
  ].join("");
}

function warnings(unreadable: readonly UnreadableProcess[]): string[] {
  if (unreadable.length === 0) return [];
  const pids = formatRanges(unreadable.map(({ pid }) => pid));
  const what = unreadable.length === 1 ? "process" : "processes";
  return [
    "",
    `${unreadable.length} ${what} could not be read, whose namespaces may be missing above: ${pids}`,
  ];
}
