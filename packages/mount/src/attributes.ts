import { type Fd, MountAttrFlags, MountFlags } from "@ns/syscalls";

/** What to change about a mount, or about a tree of mounts; see mount_setattr(2). */
export interface AttributeChange {
  /** `MOUNT_ATTR_*`. Default 0. */
  readonly set?: number;
  /** `MOUNT_ATTR_*`; an access time setting takes the place of another by itself. Default 0. */
  readonly clear?: number;
  /** `MS_SHARED`, `MS_SLAVE`, `MS_PRIVATE` or `MS_UNBINDABLE`. Default: as it is. */
  readonly propagation?: number;
  /** Map ids by this user namespace. Not undone once done, and only for a mount that is not attached yet. Linux 5.12. */
  readonly userns?: Fd;
  /** Every mount of the tree. Default false. */
  readonly recursive?: boolean;
}

const A = MountAttrFlags;
const F = MountFlags;

/** Flags of mount(2) and attributes that mean the same. */
const PAIRS = [
  [F.RDONLY, A.RDONLY],
  [F.NOSUID, A.NOSUID],
  [F.NODEV, A.NODEV],
  [F.NOEXEC, A.NOEXEC],
  [F.NODIRATIME, A.NODIRATIME],
  [F.NOSYMFOLLOW, A.NOSYMFOLLOW],
] as const;

/** The flags of mount(2) that belong to a mount; the others belong to the file system, or say what to do. */
export const MOUNT_FLAGS: number =
  F.RDONLY |
  F.NOSUID |
  F.NODEV |
  F.NOEXEC |
  F.NODIRATIME |
  F.NOSYMFOLLOW |
  F.NOATIME |
  F.RELATIME |
  F.STRICTATIME;

/** Flags of mount(2) that belong to the file system, and the parameters they are for fsconfig(2). */
const SUPER_PARAMETERS = [
  [F.RDONLY, "ro"],
  [F.SYNCHRONOUS, "sync"],
  [F.DIRSYNC, "dirsync"],
  [F.MANDLOCK, "mand"],
  [F.LAZYTIME, "lazytime"],
] as const;

/** The flags of mount(2) that a file system gets, where it is made. */
export const SUPER_FLAGS: number = SUPER_PARAMETERS.reduce<number>(
  (all, [flag]) => all | flag,
  // file systems that still ask for it take a parameter of their own by fsconfig(2)
  F.I_VERSION,
);

/** The parameters for fsconfig(2) that flags of mount(2) stand for. */
export function superParameters(flags: number): string[] {
  return SUPER_PARAMETERS.filter(([flag]) => (flags & flag) !== 0).map(
    ([, key]) => key,
  );
}

/** The attributes (`MOUNT_ATTR_*`) that flags of mount(2) stand for. Without a word on access times: `relatime`. */
export function attributesOfFlags(flags: number): number {
  let attributes: number = flags & F.NOATIME ? A.NOATIME : A.RELATIME;
  if (flags & F.STRICTATIME) attributes = A.STRICTATIME;
  for (const [flag, attribute] of PAIRS)
    if (flags & flag) attributes |= attribute;
  return attributes;
}

/** The flags of mount(2) that attributes (`MOUNT_ATTR_*`) stand for. */
export function flagsOfAttributes(attributes: number): number {
  let flags: number = F.RELATIME;
  if ((attributes & A._ATIME) === A.NOATIME) flags = F.NOATIME;
  if ((attributes & A._ATIME) === A.STRICTATIME) flags = F.STRICTATIME;
  for (const [flag, attribute] of PAIRS)
    if (attributes & attribute) flags |= flag;
  return flags;
}

const SHOWN: Readonly<Record<string, number>> = {
  ro: A.RDONLY,
  nosuid: A.NOSUID,
  nodev: A.NODEV,
  noexec: A.NOEXEC,
  nodiratime: A.NODIRATIME,
  nosymfollow: A.NOSYMFOLLOW,
};

/** The attributes (`MOUNT_ATTR_*`) that the options of a mount in mountinfo show. */
export function attributesOfOptions(mountOptions: readonly string[]): number {
  // strictatime is shown as neither of the others
  let attributes: number = A.STRICTATIME;
  if (mountOptions.includes("relatime")) attributes = A.RELATIME;
  if (mountOptions.includes("noatime")) attributes = A.NOATIME;
  for (const option of mountOptions) attributes |= SHOWN[option] ?? 0;
  return attributes;
}

/** Attributes after a change. */
export function changed(
  attributes: number,
  { set = 0, clear = 0 }: Pick<AttributeChange, "set" | "clear">,
): number {
  return (attributes & ~clearedBy({ set, clear })) | set;
}

/** What is to be cleared: setting an access time clears the one that was. */
export function clearedBy({
  set = 0,
  clear = 0,
}: Pick<AttributeChange, "set" | "clear">): number {
  return set & A._ATIME ? clear | A._ATIME : clear;
}

/**
 * The change that mount options ask of a bind mount: what they do not mention stays as the source has it, which a
 * user namespace may have no right to change.
 */
export function changeOfFlags(
  flags: number,
  cleared: number,
): { readonly set: number; readonly clear: number } {
  const atime = (flags | cleared) & (F.NOATIME | F.RELATIME | F.STRICTATIME);
  const sets = attributesOfFlags(flags);
  const clears = attributesOfFlags(cleared & ~F.STRICTATIME & ~F.NOATIME);
  return {
    set: atime ? sets : sets & ~A._ATIME,
    clear: atime ? clears | A._ATIME : clears,
  };
}

/**
 * Checks a change.
 * @throws {TypeError} for one that the kernel would refuse, or take for another.
 */
export function checkChange({
  set = 0,
  clear = 0,
  propagation,
}: AttributeChange): void {
  const atime = clear & A._ATIME;
  if (atime !== 0 && atime !== A._ATIME) {
    throw new TypeError(
      "invalid attributes to clear: expected all of MOUNT_ATTR__ATIME, or none",
    );
  }
  if (((set | clear) & A.IDMAP) !== 0) {
    throw new TypeError(
      "invalid attribute MOUNT_ATTR_IDMAP: expected a user namespace in 'userns' instead",
    );
  }
  const types: readonly (number | undefined)[] = [
    undefined,
    F.SHARED,
    F.SLAVE,
    F.PRIVATE,
    F.UNBINDABLE,
  ];
  if (!types.includes(propagation)) {
    throw new TypeError(
      `invalid propagation 0x${(propagation ?? 0).toString(16)}: expected one of MS_SHARED, MS_SLAVE, MS_PRIVATE, MS_UNBINDABLE`,
    );
  }
}
