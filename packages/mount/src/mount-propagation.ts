import type { MountInfo } from "./mountinfo.ts";

/** Where mounts and unmounts propagate; see mount_namespaces(7). A mount with none of these is private. */
export interface MountPropagation {
  /** The peer group it shares mounts with: `shared:N`. */
  readonly peerGroup?: number;
  /** The peer group it receives mounts from: `master:N`, a slave. */
  readonly master?: number;
  /** The nearest group with a member under this root that mounts come from, if the master has none. */
  readonly propagateFrom?: number;
  readonly unbindable: boolean;
}

/** Reads the optional fields of a mount. Fields that are not known are passed over, as proc(5) asks. */
export function propagationOf({
  optionalFields,
}: Pick<MountInfo, "optionalFields">): MountPropagation {
  const group = (tag: string): number | undefined => {
    const field = optionalFields.find((each) => each.startsWith(`${tag}:`));
    return field === undefined
      ? undefined
      : Number(field.slice(tag.length + 1));
  };
  const peerGroup = group("shared");
  const master = group("master");
  const propagateFrom = group("propagate_from");
  return {
    ...(peerGroup !== undefined && { peerGroup }),
    ...(master !== undefined && { master }),
    ...(propagateFrom !== undefined && { propagateFrom }),
    unbindable: optionalFields.includes("unbindable"),
  };
}
