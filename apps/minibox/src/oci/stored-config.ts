import { type Config, OciError, parseConfig } from "@ns/oci";
import { MiniboxError } from "../error.ts";
import { readIfThere, type Store } from "./store.ts";

/** The configuration that a container was made from. */
export function storedConfig(store: Store, id: string): Config {
  const text = readIfThere(`${store.directory(id)}/config.json`);
  if (text !== undefined) return parseConfig(text);
  throw new MiniboxError("ERR_NO_CONTAINER", "container does not exist");
}

/** The same, or undefined if it cannot be read: its making was broken off, or it is damaged. */
export function findStoredConfig(store: Store, id: string): Config | undefined {
  try {
    return storedConfig(store, id);
  } catch (error) {
    if (error instanceof MiniboxError || error instanceof OciError)
      return undefined;
    throw error;
  }
}
