import { createContainer } from "../../oci/create.ts";
import { startContainer } from "../../oci/start.ts";
import { CREATE_FLAGS, createOptions } from "./create-flags.ts";
import { idOf, parseFlags } from "./flags.ts";
import type { OciCommand } from "./main.ts";

/** `minibox create`. */
export const create: OciCommand = async (runtime, args) => {
  const flags = parseFlags(args, CREATE_FLAGS);
  const { child } = await createContainer(
    runtime,
    createOptions(flags, "create", true),
  );
  // from here on it belongs to whoever reaps orphans
  child.unref();
  return 0;
};

/** `minibox start`. */
export const start: OciCommand = async (runtime, args) => {
  const [id] = idOf(parseFlags(args, {}), "start");
  const { store } = runtime;
  await startContainer(runtime, store.read(id), store.config(id));
  return 0;
};
