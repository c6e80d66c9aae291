import { existsSync } from "node:fs";
import type { Config } from "@ns/oci";
import type { NotifySocket } from "../../oci/notify-socket.ts";
import { startContainer } from "../../oci/start.ts";
import type { ContainerRecord, Store } from "../../oci/store.ts";
import { idOf, type OciCommand } from "./command.ts";

/** `minibox start`. */
export const start: OciCommand = {
  words: "ID",
  about: "let the program of a container that was created run",
  flags: {},
  count: [1, 1],
  async run(runtime, flags) {
    const [id] = idOf(flags);
    const { store } = runtime;
    const record = store.read(id);
    using notify = await openNotify(store.directory(id));
    await startContainer(runtime, record, await configFor(record, store));
    await notify?.forwardReady(record);
    return 0;
  },
};

/** Its configuration, where that is needed. */
async function configFor(
  record: ContainerRecord,
  store: Store,
): Promise<Config | undefined> {
  if (record.hasHooks === false) return undefined;
  const { storedConfig } = await import("../../oci/stored-config.ts");
  return storedConfig(store, record.id);
}

async function openNotify(
  directory: string,
): Promise<NotifySocket | undefined> {
  if (!existsSync(`${directory}/notify`)) return undefined;
  const { NotifySocket } = await import("../../oci/notify-socket.ts");
  return NotifySocket.open(directory);
}
