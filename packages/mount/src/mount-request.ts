import { type Fd, MountFlags } from "@ns/syscalls";
import {
  type AttributeChange,
  attributesOfFlags,
  changeOfFlags,
  SUPER_FLAGS,
} from "./attributes.ts";
import { MountError } from "./error.ts";
import { type Filesystem, filesystem } from "./filesystem.ts";
import { type MountOptions, parseMountOptions } from "./mount-options.ts";

/** What is to be mounted, as in fstab(5) and in the OCI runtime specification. */
export interface MountRequest {
  /** The file system's type, or one that has been described: `tmpfs({ size: 65536 })`. Default: none, as for a bind mount. */
  readonly type?: string | Filesystem;
  /** A device, or what is bound or moved: a path, or a descriptor. Default: the type. */
  readonly source?: string | Fd;
  /** As in fstab(5), or as a list: `"rbind,ro,rslave"`. Default none. */
  readonly options?: string | readonly string[];
  /** The user namespace whose map an `idmap` or `ridmap` option means. */
  readonly userns?: Fd;
}

/** What a request comes down to. Each but `new` and `bind` is for a mount that is there, and one call of mount(2). */
export type MountOperation =
  | {
      readonly kind: "new";
      readonly fs: Filesystem;
      /** `MOUNT_ATTR_*`. */
      readonly attributes: number;
      /** `MS_*` of the file system. */
      readonly superFlags: number;
    }
  | {
      readonly kind: "bind";
      readonly source: string | Fd;
      readonly recursive: boolean;
    }
  | { readonly kind: "move"; readonly source: string | Fd }
  | { readonly kind: "remount"; readonly flags: number; readonly data: string }
  | { readonly kind: "propagation" };

/** A request, understood. */
export interface ParsedRequest {
  readonly operation: MountOperation;
  /** Changes of attributes that follow, in their order. */
  readonly changes: readonly AttributeChange[];
  /** `MS_SHARED` …, in their order. */
  readonly propagation: readonly number[];
}

/**
 * Understands a request; pure.
 * @throws {TypeError} if something is missing, or cannot be.
 * @throws {MountError} `ERR_MOUNT_OPTION` for options that contradict each other or the request.
 */
export function parseMountRequest(request: MountRequest): ParsedRequest {
  const options = parseMountOptions(request.options ?? []);
  const operation = operationOf(request, options);
  if (options.copyUp) {
    throw new MountError(
      "ERR_MOUNT_OPTION",
      "cannot mount with 'tmpcopyup': the files have to be copied by the caller",
    );
  }
  return {
    operation,
    changes: changesOf(operation, options, request.userns),
    propagation: options.propagation,
  };
}

function operationOf(
  request: MountRequest,
  options: MountOptions,
): MountOperation {
  const { flags, data } = options;
  const { BIND, MOVE, REMOUNT, REC } = MountFlags;
  if (flags & REMOUNT) return { kind: "remount", flags, data: data.join(",") };
  if (flags & (BIND | MOVE)) {
    const { source } = request;
    if (source === undefined || source === "")
      throw new TypeError(
        "invalid source: expected what is to be bound or moved",
      );
    if (flags & MOVE) return { kind: "move", source };
    refuseData(options);
    return { kind: "bind", source, recursive: (flags & REC) !== 0 };
  }
  if (request.type === undefined) return propagationOnly(options);
  return {
    kind: "new",
    fs: filesystemOf(request, data),
    attributes: attributesOfFlags(flags),
    superFlags: flags & SUPER_FLAGS,
  };
}

function filesystemOf(
  { type = "", source }: MountRequest,
  data: readonly string[],
): Filesystem {
  if (source !== undefined && typeof source !== "string")
    throw new TypeError(
      "invalid source: expected a device or name, not a descriptor",
    );
  if (typeof type === "string")
    return filesystem(type, {
      ...(source !== undefined && { source }),
      data,
    });
  refuseData({ data });
  return source === undefined ? type : { ...type, source };
}

/**
 * Refuses data where there is no file system for it.
 * @throws {MountError} `ERR_MOUNT_OPTION` if there is any.
 */
function refuseData({ data }: Pick<MountOptions, "data">): void {
  if (data.length === 0) return;
  throw new MountError(
    "ERR_MOUNT_OPTION",
    `unknown mount option '${data.join(",")}': expected flags of mount(8)`,
  );
}

function propagationOnly(options: MountOptions): MountOperation {
  const other = options.flags | options.recursive.set | options.recursive.clear;
  if (options.propagation.length > 0 && other === 0) {
    refuseData(options);
    return { kind: "propagation" };
  }
  throw new TypeError(
    "invalid mount: expected a type, or the option 'bind', 'rbind', 'move', 'remount' or a propagation type",
  );
}

function changesOf(
  operation: MountOperation,
  options: MountOptions,
  userns: Fd | undefined,
): AttributeChange[] {
  const changes: AttributeChange[] = [];
  if (operation.kind === "bind") {
    const change = changeOfFlags(options.flags, options.cleared);
    if (change.set !== 0 || change.clear !== 0) changes.push(change);
  }
  const { set, clear } = options.recursive;
  if (set !== 0 || clear !== 0) changes.push({ set, clear, recursive: true });
  if ((options.idmap === undefined) !== (userns === undefined)) {
    throw new MountError(
      "ERR_MOUNT_OPTION",
      "cannot map ids: expected 'userns' together with the option 'idmap' or 'ridmap'",
    );
  }
  if (userns !== undefined)
    changes.push({ userns, recursive: options.idmap === "tree" });
  return changes;
}
