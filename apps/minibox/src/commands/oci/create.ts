import { createContainer } from "../../oci/create.ts";
import { planContainer } from "../../oci/plan-container.ts";
import { printPlan } from "../../print-plan.ts";
import { CREATE_FLAGS, createOptions } from "./create-flags.ts";
import type { OciCommand } from "./command.ts";

/** `minibox create`. */
export const create: OciCommand = {
  words: "ID",
  about: "make a container of a bundle, which start then starts",
  flags: CREATE_FLAGS,
  count: [1, 1],
  async run(runtime, flags) {
    const options = createOptions(flags, true, runtime);
    if (flags.has("plan")) {
      printPlan(await planContainer(runtime, options));
      return 0;
    }
    const { child } = await createContainer(runtime, options);
    // from here on it belongs to whoever reaps orphans
    child.unref();
    return 0;
  },
};
