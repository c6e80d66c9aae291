/** Why something about a cgroup could not be. */
export type CgroupErrorCode =
  /** A text of the kernel's, or a path or unit name, that is not of the expected form. */
  | "ERR_CGROUP_INVALID"
  /** No cgroup file system is mounted, or the cgroup does not exist. */
  | "ERR_CGROUP_NOT_FOUND"
  /** What is mounted at a cgroup's place is no cgroup file system. */
  | "ERR_CGROUP_WRONG_FILE_SYSTEM"
  /** The controller that a resource needs is not there: not built in, off, or in use by the other version. */
  | "ERR_CGROUP_NO_CONTROLLER"
  /** This part of the tree belongs to somebody else. */
  | "ERR_CGROUP_NOT_DELEGATED"
  /** The controller is there, but this kernel has not that file of it. */
  | "ERR_CGROUP_NO_FILE"
  /** This version of cgroups has nothing of the kind. */
  | "ERR_CGROUP_UNSUPPORTED"
  /** A cgroup with processes cannot hand controllers to its children. */
  | "ERR_CGROUP_HAS_PROCESSES"
  /** It is there already, with processes or children in it. */
  | "ERR_CGROUP_EXISTS"
  /** It cannot be removed: processes or children are in it. */
  | "ERR_CGROUP_NOT_EMPTY"
  /** A threaded cgroup takes threads only, and its kind takes no processes. */
  | "ERR_CGROUP_THREADED"
  /** More is used already than the new limit would allow. */
  | "ERR_CGROUP_BELOW_USAGE"
  /** Device rules that cgroup v1 has no way to express. */
  | "ERR_CGROUP_DEVICES"
  /** Device rules need the privilege to load and attach a BPF program. */
  | "ERR_CGROUP_NOT_PERMITTED"
  /** A file could not be read. */
  | "ERR_CGROUP_READ"
  /** The kernel has refused a value, or a change to the tree. */
  | "ERR_CGROUP_WRITE"
  /** It has not happened in time: frozen, empty, removed, or what systemd was asked for. */
  | "ERR_CGROUP_TIMEOUT"
  /** systemd cannot be reached, or has refused. */
  | "ERR_CGROUP_SYSTEMD";

/** What is known of a failure besides its message. */
export interface CgroupErrorDetails {
  /** The cgroup or its file. */
  readonly path?: string | undefined;
  /** What was to be written. */
  readonly value?: string | undefined;
  /** The errno's name: `"EBUSY"`. */
  readonly errno?: string | undefined;
  /** What was asked for, as in `linux.resources`: `"memory.limit"`. */
  readonly resource?: string | undefined;
  readonly controller?: string | undefined;
  /** What a person can do about it. */
  readonly hint?: string | undefined;
}

/** A failure that has to do with cgroups. Bad arguments are `TypeError`s and `RangeError`s. */
export class CgroupError extends Error {
  override readonly name = "CgroupError";
  readonly code: CgroupErrorCode;
  declare readonly path?: string;
  declare readonly value?: string;
  declare readonly errno?: string;
  declare readonly resource?: string;
  declare readonly controller?: string;
  declare readonly hint?: string;

  constructor(
    code: CgroupErrorCode,
    message: string,
    details: ErrorOptions & CgroupErrorDetails = {},
  ) {
    const { cause, ...known } = details;
    super(message, cause === undefined ? {} : { cause });
    this.code = code;
    for (const [key, value] of Object.entries(known))
      if (value !== undefined)
        Object.defineProperty(this, key, { value, enumerable: true });
  }
}
