import { check, custom, pipe } from "valibot";
import type { ContainerProcessState, State } from "../state.ts";
import { versionSchema } from "./version-schema.ts";
import {
  integer,
  mapOf,
  members,
  once,
  type Schema,
  schemaOf,
  text,
  texts,
} from "./words.ts";

/** See /proc/sys/kernel/pid_max: PID_MAX_LIMIT of include/linux/threads.h. */
const PID = /* #__PURE__ */ integer(1, 4 * 1024 * 1024);

/** runc writes 0 for a container that has stopped. */
const STATE_PID = /* #__PURE__ */ integer(0, 4 * 1024 * 1024);

const filled: Schema<string> = /* #__PURE__ */ custom<string>(
  (value) => typeof value === "string" && value !== "",
  "a string that is not empty",
);

const plain: () => Schema<State> = schemaOf<State>()(() =>
  members(
    { ociVersion: versionSchema, id: filled, status: filled, bundle: filled },
    { pid: STATE_PID, annotations: mapOf(text) },
  ),
);

export const containerProcessStateSchema: () => Schema<ContainerProcessState> =
  schemaOf<ContainerProcessState>()(() =>
    members(
      { ociVersion: versionSchema, pid: PID, state: plain() },
      { fds: texts, metadata: text },
    ),
  );

export const stateSchema: () => Schema<State> = once(() =>
  pipe(
    plain(),
    check(
      ({ status, pid = 0 }) =>
        pid > 0 || (status !== "created" && status !== "running"),
      "the pid of a container that is created or running",
    ),
  ),
);
