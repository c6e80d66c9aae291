import { existsSync } from "node:fs";
import { OCI_VERSION, type State } from "@ns/oci";
import { isFrozen } from "./frozen.ts";
import { isAlive } from "./process-stat.ts";
import type { ContainerRecord, Store } from "./store.ts";

export type Status = "creating" | "created" | "running" | "paused" | "stopped";

/** What has become of a container: found out, never remembered. */
export function statusOf(store: Store, record: ContainerRecord): Status {
  // or its making was broken off
  if (record.pid === undefined) return "creating";
  if (!isAlive(record)) return "stopped";
  if (isFrozen(record)) return "paused";
  return existsSync(store.fifo(record.id)) ? "created" : "running";
}

type Stated = Pick<ContainerRecord, "id" | "bundle"> & {
  readonly pid?: number | undefined;
};

/** The state that hooks are told; see runtime.md. */
export function stateOf(
  record: Stated,
  status: Status,
  annotations: State["annotations"],
): State {
  return {
    ociVersion: OCI_VERSION,
    id: record.id,
    status,
    ...(record.pid !== undefined && { pid: record.pid }),
    bundle: record.bundle,
    ...(annotations !== undefined && { annotations }),
  };
}
