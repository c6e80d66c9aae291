import { deleteContainer } from "../../oci/delete.ts";
import { idOf, type OciCommand } from "./command.ts";

/** `minibox delete`. */
export const remove: OciCommand = {
  words: "ID",
  about: "remove what there is of a container that has ended",
  flags: {
    "f|force": ["switch", "kill it first; it is no error if there is none"],
  },
  count: [1, 1],
  async run(runtime, flags) {
    const [id] = idOf(flags);
    await deleteContainer(runtime, id, flags.has("force"));
    return 0;
  },
};
