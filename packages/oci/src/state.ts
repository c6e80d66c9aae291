import { asDocument, parseDocument } from "./internal/document.ts";
import { formatJson } from "./internal/json.ts";
import {
  containerProcessStateSchema,
  stateSchema,
} from "./internal/state-schema.ts";

/** What the specification calls the moments of a container's life; a runtime may have more, as runc's `paused`. */
export const CONTAINER_STATUSES = [
  "creating",
  "created",
  "running",
  "stopped",
] as const;

/** The state of a container: what `state` prints, and what hooks get on their standard input. */
export interface State {
  readonly ociVersion: string;
  readonly id: string;
  /** One of `CONTAINER_STATUSES`, or a runtime's own. */
  readonly status: string;
  /** As the runtime sees it; of one that is created or running. */
  readonly pid?: number;
  /** The absolute path of the bundle. */
  readonly bundle: string;
  /** Those of its config.json. */
  readonly annotations?: Readonly<Record<string, string>>;
}

/** What the seccomp agent gets with the descriptors, on its socket; see config-linux.md. Specification 1.1. */
export interface ContainerProcessState {
  readonly ociVersion: string;
  /** The names of the descriptors, in the order that SCM_RIGHTS has them. */
  readonly fds?: readonly string[];
  readonly pid: number;
  /** `listenerMetadata` of the configuration. */
  readonly metadata?: string;
  readonly state: State;
}

/** The name, in `fds`, of the descriptor that seccomp(2) has returned. */
export const SECCOMP_FD_NAME = "seccompFd";

const STATE = { name: "state", code: "ERR_INVALID_STATE" } as const;

const PROCESS_STATE = {
  name: "container process state",
  code: "ERR_INVALID_STATE",
} as const;

/**
 * Parses a state document.
 * @throws {OciError} `ERR_INVALID_STATE`
 */
export function parseState(document: string | Uint8Array): State {
  return parseDocument(document, stateSchema(), STATE);
}

/**
 * The text of a state document.
 * @throws {OciError} `ERR_INVALID_STATE` for one that could not be parsed again.
 */
export function formatState(state: State): string {
  return formatJson(asDocument(state, stateSchema(), STATE));
}

/**
 * Parses a container process state.
 * @throws {OciError} `ERR_INVALID_STATE`
 */
export function parseContainerProcessState(
  document: string | Uint8Array,
): ContainerProcessState {
  return parseDocument(document, containerProcessStateSchema(), PROCESS_STATE);
}

/**
 * The text of a container process state.
 * @throws {OciError} `ERR_INVALID_STATE` for one that could not be parsed again.
 */
export function formatContainerProcessState(
  state: ContainerProcessState,
): string {
  return formatJson(
    asDocument(state, containerProcessStateSchema(), PROCESS_STATE),
  );
}
