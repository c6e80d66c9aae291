import { unsupported } from "../../plan/oci/unsupported.ts";
import type { OciCommand } from "./command.ts";

function refusal(name: string): OciCommand {
  return {
    words: "ID",
    about: "not supported: minibox does not use CRIU",
    flags: {},
    count: [0, Infinity],
    takesAnything: true,
    run: () => {
      throw unsupported(name, "minibox does not use CRIU");
    },
  };
}

/** `minibox checkpoint`, which engines may ask for. */
export const checkpoint: OciCommand = refusal("checkpoint");

/** `minibox restore`. */
export const restore: OciCommand = refusal("restore");
