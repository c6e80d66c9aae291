/** A column's heading, and the side that its cells are aligned to. */
export interface Column {
  readonly heading: string;
  readonly align: "left" | "right";
}

/** A table in Markdown, its columns padded as Prettier pads them. */
export function markdownTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
): string {
  const widths = columns.map(({ heading }, i) =>
    Math.max(3, heading.length, ...rows.map((row) => row[i]?.length ?? 0)),
  );
  const line = (cells: readonly string[]): string =>
    `| ${columns.map(({ align }, i) => pad(cells[i] ?? "", widths[i] ?? 0, align)).join(" | ")} |`;
  const rule = columns.map(({ align }, i) =>
    align === "right"
      ? `${"-".repeat((widths[i] ?? 0) - 1)}:`
      : "-".repeat(widths[i] ?? 0),
  );
  return [columns.map(({ heading }) => heading), rule, ...rows]
    .map(line)
    .join("\n");
}

function pad(cell: string, width: number, align: Column["align"]): string {
  return align === "right" ? cell.padStart(width) : cell.padEnd(width);
}
