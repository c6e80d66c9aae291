import { join } from "node:path";
import {
  asUser,
  checkoutFor,
  run,
  unprivilegedUserNamespaces,
  UNPRIVILEGED_UID,
  root,
  type Requirement,
  type RunResult,
} from "@ns/testkit";

/** Who runs the examples. */
export interface Person {
  readonly uid: number;
  readonly needs: readonly Requirement[];
  /** Runs `node …` in the examples' folder; `input` is what the shell inside reads. */
  readonly node: (
    args: readonly string[],
    input?: string,
  ) => Promise<RunResult>;
}

export const people: readonly Person[] = [
  person(0, [root], run),
  person(UNPRIVILEGED_UID, [root, unprivilegedUserNamespaces], (...call) =>
    asUser(UNPRIVILEGED_UID, ...call),
  ),
];

function person(
  uid: number,
  needs: readonly Requirement[],
  start: typeof run,
): Person {
  return {
    uid,
    needs,
    node: (args, input) => {
      const checkout = checkoutFor(uid);
      return start(join(checkout, "node_modules/.bin/node"), args, {
        cwd: join(checkout, "apps/examples"),
        ...(input !== undefined && { input }),
      });
    },
  };
}
