import { heaps } from "./heap.ts";
import { numberText } from "./number-text.ts";
import type { Results, Row } from "./results.ts";
import type { Summary } from "./statistics.ts";

const WIDTH = 900;
const LEFT = 340;
const RIGHT = 96;
const TOP = 64;
const ROW = 22;
const GROUP_GAP = 30;

interface Group {
  readonly title: string;
  readonly rows: readonly Row[];
}

/**
 * The results as a picture: a dot at each median, a line from the 10th to the 90th percentile. The axis is
 * logarithmic, so that equal distances are equal ratios.
 */
export function svgPlot({ rows, machine }: Results): string {
  const groups = groupsOf(rows);
  const height =
    TOP + groups.reduce((sum, g) => sum + GROUP_GAP + g.rows.length * ROW, 34);
  const scale = logScale(rows);
  let y = TOP;
  const body = groups.flatMap(({ title, rows: own }) => {
    y += GROUP_GAP;
    const heading = text(16, y - 8, "group", title);
    return [
      heading,
      ...own.map((row) => {
        y += ROW;
        return drawRow(row, y - ROW / 2, scale);
      }),
    ];
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-label="Time to start a process, by way of starting it">`,
    STYLE,
    `<rect class="paper" width="${WIDTH}" height="${height}" rx="6"/>`,
    text(16, 24, "title", "Starting a process, in milliseconds"),
    text(
      16,
      44,
      "note",
      `median, 10th to 90th percentile · ${machine.cpus} CPUs, Linux ${machine.kernel}, Node ${machine.node}`,
    ),
    legend(),
    ...scale.ticks.map((tick) => gridLine(scale.x(tick), tick, height)),
    ...body,
    "</svg>",
    "",
  ].join("\n");
}

function groupsOf(rows: readonly Row[]): Group[] {
  const spawns = heaps.map(({ name, title }) => ({
    title: `JavaScript heap of ${title}`,
    rows: rows.filter((row) => row.group === "spawn" && row.heap === name),
  }));
  const commands = rows.filter(({ group }) => group === "command");
  return [...spawns, { title: "whole commands", rows: commands }].filter(
    (group) => group.rows.length > 0,
  );
}

interface Scale {
  readonly ticks: readonly number[];
  readonly x: (milliseconds: number) => number;
}

/** From the power of ten below the least to the one above the greatest. */
function logScale(rows: readonly Row[]): Scale {
  const values = rows.flatMap(({ group, blockedMs, totalMs }) =>
    group === "spawn"
      ? [blockedMs.p10, totalMs.p90]
      : [totalMs.p10, totalMs.p90],
  );
  const first = Math.floor(Math.log10(Math.min(...values)));
  const last = Math.max(first + 1, Math.ceil(Math.log10(Math.max(...values))));
  const width = WIDTH - LEFT - RIGHT;
  return {
    ticks: Array.from(
      { length: last - first + 1 },
      (_, i) => 10 ** (first + i),
    ),
    x: (ms) => LEFT + ((Math.log10(ms) - first) / (last - first)) * width,
  };
}

function drawRow(row: Row, y: number, scale: Scale): string {
  const owner = row.ours ? "ours" : "theirs";
  const label = `<text class="label ${owner}" x="${LEFT - 14}" y="${y + 4}">${escape(plain(row.title))}</text>`;
  const blocked =
    row.group === "spawn" ? [drawDot(row.blockedMs, y, scale, owner)] : [];
  const value = text(
    scale.x(row.totalMs.p90) + 9,
    y + 4,
    "value",
    row.group === "spawn"
      ? `${numberText(row.blockedMs.median)} | ${numberText(row.totalMs.median)}`
      : numberText(row.totalMs.median),
  );
  return [
    label,
    ...blocked,
    drawDot(row.totalMs, y, scale, `${owner} hollow`),
    value,
  ].join("\n");
}

function drawDot(
  { median, p10, p90 }: Summary,
  y: number,
  { x }: Scale,
  kind: string,
): string {
  const at = (value: number): string => x(value).toFixed(1);
  return `<g class="${kind}"><line x1="${at(p10)}" x2="${at(p90)}" y1="${y}" y2="${y}"/><circle cx="${at(median)}" cy="${y}" r="4.5"/></g>`;
}

function gridLine(x: number, tick: number, height: number): string {
  const at = x.toFixed(1);
  return `<line class="grid" x1="${at}" x2="${at}" y1="${TOP + 6}" y2="${height - 28}"/><text class="tick" x="${at}" y="${height - 12}">${tick >= 1 ? tick : tick.toPrecision(1)} ms</text>`;
}

function legend(): string {
  const y = 20;
  return [
    `<g class="theirs"><circle cx="${WIDTH - 290}" cy="${y}" r="4.5"/></g>`,
    text(WIDTH - 280, y + 4, "value", "event loop blocked"),
    `<g class="theirs hollow"><circle cx="${WIDTH - 150}" cy="${y}" r="4.5"/></g>`,
    text(WIDTH - 140, y + 4, "value", "call until exit"),
  ].join("\n");
}

function text(x: number, y: number, kind: string, content: string): string {
  return `<text class="${kind}" x="${x.toFixed(1)}" y="${y}">${escape(content)}</text>`;
}

function plain(title: string): string {
  return title.replaceAll("`", "");
}

function escape(content: string): string {
  return content
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;");
}

const STYLE = `<style>
text { font: 13px system-ui, sans-serif; fill: #24292f }
.paper { fill: #ffffff }
.title { font-size: 16px; font-weight: 600 }
.group { font-weight: 600 }
.note, .tick, .value { font-size: 12px; fill: #59636e }
.tick { text-anchor: middle }
.label { text-anchor: end }
.label.ours { font-weight: 600 }
.grid { stroke: #d8dee4 }
g.theirs { stroke: #6e7781; fill: #6e7781 }
g.ours { stroke: #0969da; fill: #0969da }
g line { stroke-width: 2; stroke-opacity: 0.45 }
g circle { stroke-width: 2 }
g.hollow circle { fill: #ffffff }
@media (prefers-color-scheme: dark) {
text { fill: #e6edf3 }
.paper, g.hollow circle { fill: #0d1117 }
.note, .tick, .value { fill: #9198a1 }
.grid { stroke: #2a313c }
g.theirs { stroke: #9198a1; fill: #9198a1 }
g.ours { stroke: #4493f8; fill: #4493f8 }
g.hollow circle { fill: #0d1117 }
}
</style>`;
