import { heaps, type HeapName } from "./heap.ts";
import { type Column, markdownTable } from "./markdown-table.ts";
import { numberText, summaryText } from "./number-text.ts";
import type { Results, Row } from "./results.ts";

/** The results as a page: tables first, then what was aimed for and what is missing. */
export function markdownPage(results: Results): string {
  return [
    "# Results",
    `Written by \`pnpm bench\`, ${results.mode} run; how to read it is in [README.md](../README.md). Times are medians in milliseconds, with the 10th and the 90th percentile.`,
    machineText(results),
    "## `@ns/spawn` and `child_process.spawn`",
    spawnTable(results),
    "## Whole commands",
    commandTable(results),
    "## One against another",
    comparisonTable(results),
    "## Memory of a container that is created and not started",
    createdTable(results),
    "## Targets",
    targetTable(results),
    "## Left out",
    leftOutList(results),
  ]
    .map((part) => `${part}\n`)
    .join("\n");
}

function machineText({ machine, rounds, heaps: filled }: Results): string {
  const gigabytes = (bytes: number): string => `${numberText(bytes / 1e9)} GB`;
  const peers = Object.entries(machine.peers).map(
    ([name, v]) => `${name} ${v}`,
  );
  const pageTables = heaps.flatMap(({ name, title }) => {
    const heap = filled[name];
    return heap === undefined
      ? []
      : [
          `${title}: ${gigabytes(heap.residentBytes)} resident, ${numberText(heap.pageTableBytes / 1e6)} MB of page tables`,
        ];
  });
  return [
    `- ${rounds} rounds, ${machine.root ? "as root" : "as an ordinary user"}; load before: ${numberText(machine.load)}`,
    `- ${machine.cpus} CPUs (${machine.arch}), ${gigabytes(machine.memoryBytes)} of memory, huge pages: ${machine.hugePages}`,
    `- Linux ${machine.kernel}, Node ${machine.node}, ${peers.join(", ")}`,
    ...pageTables.map((text) => `- heap of ${text}`),
  ].join("\n");
}

function spawnTable(results: Results): string {
  const columns: Column[] = [
    { heading: "JS heap", align: "right" },
    { heading: "started with", align: "left" },
    { heading: "event loop blocked", align: "right" },
    { heading: "child_process ÷ this", align: "right" },
    { heading: "until exit", align: "right" },
    { heading: "child_process ÷ this", align: "right" },
  ];
  const rows = results.rows
    .filter(({ group }) => group === "spawn")
    .toSorted((a, b) => order(a.heap) - order(b.heap));
  return table(
    columns,
    rows.map((row) => [
      heaps[order(row.heap)]?.title ?? "",
      row.title,
      summaryText(row.blockedMs),
      ratioText(results, row, "blockedMs"),
      summaryText(row.totalMs),
      ratioText(results, row, "totalMs"),
    ]),
  );
}

function order(heap: HeapName): number {
  return heaps.findIndex(({ name }) => name === heap);
}

function ratioText(
  { comparisons }: Results,
  row: Row,
  metric: "blockedMs" | "totalMs",
): string {
  const theirs = `child_process@${row.heap}`;
  const found = comparisons.find(
    (one) =>
      one.theirs === theirs && one.ours === row.id && one.metric === metric,
  );
  return found === undefined ? "" : summaryText(found.ratio);
}

function commandTable({ rows }: Results): string {
  const columns: Column[] = [
    { heading: "command", align: "left" },
    { heading: "until exit", align: "right" },
  ];
  const commands = rows.filter(({ group }) => group === "command");
  return table(
    columns,
    commands.map((row) => [row.title, summaryText(row.totalMs)]),
  );
}

/** Of what is not in the first table already. */
function comparisonTable({ rows, comparisons }: Results): string {
  const columns: Column[] = [
    { heading: "theirs", align: "left" },
    { heading: "ours", align: "left" },
    { heading: "theirs ÷ ours", align: "right" },
    { heading: "ours − theirs, ms", align: "right" },
  ];
  const title = (id: string): string =>
    rows.find((row) => row.id === id)?.title ?? id;
  const others = comparisons.filter(
    ({ theirs }) => !theirs.startsWith("child_process@"),
  );
  return table(
    columns,
    others.map(({ theirs, ours, ratio, differenceMs }) => [
      title(theirs),
      title(ours),
      summaryText(ratio),
      summaryText(differenceMs),
    ]),
  );
}

function createdTable({ created }: Results): string {
  const columns: Column[] = [
    { heading: "created with", align: "left" },
    { heading: "processes", align: "right" },
    { heading: "resident, MB", align: "right" },
    { heading: "proportional, MB", align: "right" },
  ];
  const megabytes = (bytes: number): string => numberText(bytes / 1e6);
  return table(
    columns,
    created.map(({ title, processes, ...bytes }) => [
      title,
      String(processes),
      megabytes(bytes.residentBytes),
      megabytes(bytes.proportionalBytes),
    ]),
  );
}

/** What was measured against what we aim for. */
export function targetTable({ targets }: Results): string {
  const columns: Column[] = [
    { heading: "target", align: "left" },
    { heading: "aimed", align: "right" },
    { heading: "measured", align: "right" },
    { heading: "", align: "left" },
  ];
  return table(
    columns,
    targets.map(({ title, aimed, measured, unit, met }) => [
      title,
      aimed,
      measured === null ? "–" : `${numberText(measured)} ${unit}`,
      met === null ? "not measured" : met ? "met" : "missed",
    ]),
  );
}

/** What is not in the tables, and why: a list, or "Nothing." */
export function leftOutList({ leftOut }: Results): string {
  if (leftOut.length === 0) return "Nothing.";
  return leftOut.map(({ title, reason }) => `- ${title}: ${reason}`).join("\n");
}

function table(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
): string {
  return rows.length === 0 ? "Nothing." : markdownTable(columns, rows);
}
