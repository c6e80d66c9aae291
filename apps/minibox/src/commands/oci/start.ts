import { NotifySocket } from "../../oci/notify-socket.ts";
import { startContainer } from "../../oci/start.ts";
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
    const config = record.hasHooks === false ? undefined : store.config(id);
    using notify = NotifySocket.open(store.directory(id));
    await startContainer(runtime, record, config);
    await notify?.forwardReady(record);
    return 0;
  },
};
