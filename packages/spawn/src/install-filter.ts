import {
  close,
  register,
  seccomp,
  SeccompFlags,
  SeccompOperations,
  step,
} from "@ns/syscalls";
import { hasRoom, withAnswer } from "./filter-answer.ts";
import { MessageKind } from "./message.ts";
import type { SeccompFilter } from "./options.ts";
import { waitForCaller } from "./pause.ts";
import type { Program } from "./program.ts";
import { readBackFilter } from "./read-back.ts";
import type { Request } from "./request.ts";

/**
 * Puts the filter in force, makes sure that it is (where it is not as long as filters can be), and gives its listener, if it has one, to the
 * caller.
 */
export function installFilter(
  program: Program,
  request: Request,
  { filter, flags = 0, listener }: SeccompFilter,
): void {
  const own = register("listener");
  const answers = hasRoom(filter);
  const all = listener === undefined ? 0 : SeccompFlags.NEW_LISTENER;
  program.call(
    step(
      seccomp(
        SeccompOperations.SET_MODE_FILTER,
        flags | all,
        answers ? withAnswer(filter) : filter,
      ),
      { why: "filter syscalls", into: own },
    ),
  );
  if (answers) readBackFilter(program);
  if (listener === undefined) return;
  program.report(MessageKind.listener, own);
  waitForCaller(program, request, true);
  program.call(step(close(own), { why: "the listener is another's now" }));
}
