/** One value to be written to one file of a controller. */
export interface ControlWrite {
  /** What it is for, as in `linux.resources`: `"memory.limit"`. */
  readonly resource: string;
  readonly controller: string;
  /** Where it can go; the first that this kernel has. */
  readonly choices: readonly FileValue[];
  /** Written if the file is there, passed over if not: it repeats, for another counter, what another write says. */
  readonly ifPresent?: boolean;
  /** The first word of the value stays what the file has: a new period for the quota there is. */
  readonly keepFirstWord?: boolean;
}

export interface FileValue {
  readonly file: string;
  readonly value: string;
}

/**
 * Values that the kernel checks against each other. Whether the first can come first depends on what is set now:
 * lowering `memory.limit_in_bytes` before `memory.memsw.limit_in_bytes`, raising after. The other order is tried
 * when this one is `EINVAL`.
 */
export interface ControlBatch {
  readonly writes: readonly ControlWrite[];
}

/** What one {@link ControlWrite} takes. */
export function controlWrite(
  resource: string,
  file: string,
  value: string,
): ControlWrite {
  return {
    resource,
    controller: controllerOf(file),
    choices: [{ file, value }],
  };
}

/** The controller whose file it is. */
export function controllerOf(file: string): string {
  return file.slice(0, file.indexOf("."));
}
