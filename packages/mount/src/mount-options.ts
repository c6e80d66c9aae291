import { MountFlags } from "@ns/syscalls";
import { MountError } from "./error.ts";
import {
  type AttributeOption,
  FLAG_OPTIONS,
  PROPAGATION_OPTIONS,
  RECURSIVE_OPTIONS,
  USERSPACE_OPTIONS,
} from "./mount-option-table.ts";
import { splitOptions } from "./split-options.ts";

/** Mount options, sorted by what they are for the kernel. */
export interface MountOptions {
  /** `MS_*` for mount(2), without propagation. */
  readonly flags: number;
  /** `MS_*` that an option takes away: what `rw`, `suid` or `dev` say of a bind mount. */
  readonly cleared: number;
  /** `MS_SHARED` …, with `MS_REC` for the whole tree, each a call of its own, in their order. */
  readonly propagation: readonly number[];
  /** `MOUNT_ATTR_*` for every mount of the tree: `rro` and its kin. */
  readonly recursive: AttributeOption;
  /** Whether ids are to be mapped, and of the whole tree: `idmap`, `ridmap`. */
  readonly idmap: "mount" | "tree" | undefined;
  /** Whether a tmpfs is to begin with a copy of what it covers: `tmpcopyup`, which the caller has to do. */
  readonly copyUp: boolean;
  /** What is left, for the file system: `size=64k`. */
  readonly data: readonly string[];
}

/**
 * Sorts mount options, written as in fstab(5) or as the OCI runtime specification lists them; see mount(8). What
 * is not known here is data for the file system. Options that are for mount(8) alone (`noauto`, `x-systemd.…`) are
 * left out. Of options that contradict each other the last one counts.
 * @throws {TypeError} if an option has a NUL character.
 * @throws {MountError} `ERR_MOUNT_OPTION` for `bind` together with `remount` of a whole tree, or with `move`.
 */
export function parseMountOptions(
  options: string | readonly string[],
): MountOptions {
  const list = typeof options === "string" ? splitOptions(options) : options;
  let flags = 0;
  let cleared = 0;
  let recursive: AttributeOption = { set: 0, clear: 0 };
  let idmap: MountOptions["idmap"];
  let copyUp = false;
  const propagation: number[] = [];
  const data: string[] = [];

  for (const option of list) {
    if (option.includes("\0"))
      throw new TypeError(
        `invalid mount option '${option.replaceAll("\0", "\\0")}': expected no NUL characters`,
      );
    const flag = own(FLAG_OPTIONS, option);
    const attribute = own(RECURSIVE_OPTIONS, option);
    const type = own(PROPAGATION_OPTIONS, option);
    if (flag !== undefined) {
      flags = (flags & ~(flag.clear ?? 0)) | (flag.set ?? 0);
      cleared = (cleared & ~(flag.set ?? 0)) | (flag.clear ?? 0);
    } else if (attribute !== undefined) {
      recursive = then(recursive, attribute);
    } else if (type !== undefined) propagation.push(type);
    else if (option === "idmap") idmap = "mount";
    else if (option === "ridmap") idmap = "tree";
    else if (option === "tmpcopyup") copyUp = true;
    else if (!isForUserspace(option)) data.push(option);
  }
  // setting one of a group clears the others: what is set in the end is not cleared
  cleared &= ~flags;
  checkOperation(flags, options);
  return { flags, cleared, propagation, recursive, idmap, copyUp, data };
}

/** Two changes of attributes as one: the later one wins. */
function then(first: AttributeOption, next: AttributeOption): AttributeOption {
  return {
    set: (first.set & ~next.clear) | next.set,
    clear: (first.clear & ~next.set) | next.clear,
  };
}

function own<T>(
  table: Readonly<Record<string, T>>,
  key: string,
): T | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}

function isForUserspace(option: string): boolean {
  return (
    option === "" ||
    USERSPACE_OPTIONS.has(option) ||
    /^(?:x-|X-|comment=)/.test(option)
  );
}

function checkOperation(
  flags: number,
  options: string | readonly string[],
): void {
  const { BIND, MOVE, REMOUNT, REC } = MountFlags;
  const contradicts =
    (flags & MOVE) !== 0
      ? (flags & (BIND | REMOUNT)) !== 0
      : (flags & (BIND | REMOUNT | REC)) === (BIND | REMOUNT | REC);
  if (!contradicts) return;
  throw new MountError(
    "ERR_MOUNT_OPTION",
    `invalid mount options '${options.toString()}': expected one of 'bind', 'rbind', 'move', 'remount' and 'remount,bind'`,
    {
      hint: "mount(2) changes one mount at a time: 'rro' and its kin change a tree",
    },
  );
}
