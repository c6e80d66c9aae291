import { statSync } from "node:fs";
import { OCI_VERSION } from "@ns/oci";
import { ownerName } from "../../oci/owner.ts";
import type { Runtime } from "../../oci/runtime.ts";
import { statusOf } from "../../oci/status.ts";
import type { ContainerRecord } from "../../oci/store.ts";
import { print } from "../../print.ts";
import { idOf, type OciCommand } from "./command.ts";
import { type ParsedFlags, usage } from "./flags.ts";

/** What is shown of a container; runc's members, in its order. */
function shown(runtime: Runtime, record: ContainerRecord) {
  const { store } = runtime;
  const status = statusOf(store, record);
  const { annotations } = record;
  return {
    ociVersion: OCI_VERSION,
    id: record.id,
    pid: status === "stopped" ? 0 : (record.pid ?? 0),
    status,
    bundle: record.bundle,
    rootfs: record.rootfs,
    created: record.created,
    ...(annotations !== undefined && { annotations }),
    owner: ownerOf(runtime, record),
  };
}

/** Whose its directory is. */
function ownerOf({ store }: Runtime, { id }: ContainerRecord): string {
  const stats = statSync(store.directory(id), { throwIfNoEntry: false });
  return stats === undefined ? "" : ownerName(stats.uid);
}

/** `minibox state`. */
export const state: OciCommand = {
  words: "ID",
  about: "print what there is to know of a container",
  flags: {},
  count: [1, 1],
  run(runtime, flags) {
    const [id] = idOf(flags);
    const all = shown(runtime, runtime.store.read(id));
    print(`${JSON.stringify(all, null, 2)}\n`);
    return 0;
  },
};

const COLUMNS = ["id", "pid", "status", "bundle", "created", "owner"] as const;

/** `minibox list`. */
export const list: OciCommand = {
  words: "",
  about: "print the containers of a --root",
  flags: {
    "f|format": ["value", "table (the default) or json"],
    "q|quiet": ["switch", "print the ids only"],
  },
  count: [0, 0],
  run: printList,
};

function printList(runtime: Runtime, flags: ParsedFlags): number {
  const records = runtime.store.list();
  if (flags.has("quiet")) {
    print(records.map(({ id }) => `${id}\n`).join(""));
    return 0;
  }
  const rows = records.map((record) => shown(runtime, record));
  const format = flags.value("format") ?? "table";
  if (format === "json") {
    print(rows.length === 0 ? "null\n" : `${JSON.stringify(rows)}\n`);
    return 0;
  }
  if (format !== "table") throw usage("invalid format option");
  const table = [
    COLUMNS.map((name) => name.toUpperCase()),
    ...rows.map((row) => COLUMNS.map((name) => String(row[name]))),
  ];
  print(formatTable(table));
  return 0;
}

/** Columns as wide as what is in them, at least twelve characters, three apart: Go's tabwriter as runc sets it. */
function formatTable(rows: readonly (readonly string[])[]): string {
  const widths = COLUMNS.map((_, i) =>
    Math.max(12, ...rows.map((row) => (row[i] ?? "").length + 3)),
  );
  return rows
    .map((row) => {
      const cells = row.map((cell, i) =>
        i === row.length - 1 ? cell : cell.padEnd(widths[i] ?? 0),
      );
      return `${cells.join("")}\n`;
    })
    .join("");
}
