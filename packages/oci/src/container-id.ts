import { OciError } from "./error.ts";
import { describe } from "./problem.ts";

/** How long an id may be: that of a directory, whose name it is; NAME_MAX of include/uapi/linux/limits.h. */
export const MAX_CONTAINER_ID = 255;

/**
 * Refuses what is no id of a container: letters, digits and `_+-.`, not first a dot, at most 255 of them. An id names
 * directories and groups, so nothing in it leads elsewhere.
 * @throws {OciError} `ERR_INVALID_CONTAINER_ID`
 */
export function checkContainerId(id: string): void {
  if (
    /^[A-Za-z0-9_+-][A-Za-z0-9_+.-]*$/.test(id) &&
    id.length <= MAX_CONTAINER_ID
  )
    return;
  throw new OciError(
    "ERR_INVALID_CONTAINER_ID",
    `invalid container id ${describe(id)}: expected 1 to ${MAX_CONTAINER_ID} letters, digits, '_', '+', '-' and '.', without a '.' at its beginning`,
  );
}
