import {
  AtFlags,
  close,
  type Fd,
  mount,
  MountFlags,
  MoveMountFlags,
  moveMount,
  type Register,
  step,
  type Step,
} from "@ns/syscalls";
import {
  type AttributeChange,
  changed,
  flagsOfAttributes,
} from "./attributes.ts";
import { planCloneTree } from "./clone-tree.ts";
import { planCreate } from "./create-mount.ts";
import { planAttach } from "./detached-mount.ts";
import { MountError } from "./error.ts";
import { requireData } from "./filesystem.ts";
import { FULL_MOUNT_API, type MountApi } from "./mount-api.ts";
import {
  type MountOperation,
  type MountRequest,
  type ParsedRequest,
  parseMountRequest,
} from "./mount-request.ts";
import { planSetAttributes } from "./set-attributes.ts";

/** What a plan is made for. */
export interface PlanMountOptions {
  /** Default: {@link FULL_MOUNT_API}; `probeMountApi()` tells what there is here. */
  readonly api?: MountApi;
  /** Of the mount that is bound: what is to stay, for an `api` without mountSetattr, where attributes are changed all at once. */
  readonly sourceAttributes?: number;
  /** Why, for a person who reads the plan. */
  readonly why?: string;
  /** Errors of attaching it that are passed over. */
  readonly ignore?: Step["ignore"];
}

/**
 * The steps that mount something, as `mount` does here: for a child that `@ns/spawn` starts. A new file system is one
 * call of mount(2) where that can say it all. A path may be looked up more than once, so it is for a root that is
 * trusted or already one's own; the descriptor of a place is for any.
 * @throws {TypeError} {@link parseMountRequest}'s.
 * @throws {MountError} `ERR_MOUNT_UNSUPPORTED` if `api` does not suffice.
 */
export function planMount(
  target: string | Fd,
  request: MountRequest,
  options: PlanMountOptions = {},
): Step[] {
  const parsed = parseMountRequest(request);
  const { operation, propagation, changes } = parsed;
  const { api = FULL_MOUNT_API } = options;
  if (operation.kind === "new" || operation.kind === "bind") {
    const simple = changes.length === 0 || !api.mountSetattr || !api.openTree;
    return typeof target === "string" && simple
      ? planByPath(target, parsed, options)
      : planByDescriptor(target, parsed, options);
  }
  const { why, ignore } = options;
  const path = requirePath(target, operation.kind);
  return [
    ...planChange(path, operation).map((each) => step(each, { why, ignore })),
    ...changes.map((change) => planSetAttributes(path, change)),
    ...propagation.map((type) => mount(null, path, null, type)),
  ];
}

/** A change of the mount that is there, or of which one is. */
function planChange(path: string, operation: MountOperation): Step[] {
  if (operation.kind === "remount") {
    const { flags, data } = operation;
    return [mount(null, path, null, flags, data === "" ? null : data)];
  }
  if (operation.kind !== "move") return [];
  const { source } = operation;
  if (typeof source === "string")
    return [mount(source, path, null, MountFlags.MOVE)];
  const flags = MoveMountFlags.F_EMPTY_PATH | MoveMountFlags.T_SYMLINKS;
  return [moveMount(source, "", AtFlags.FDCWD, path, flags)];
}

function requirePath(target: string | Fd, kind: string): string {
  if (typeof target === "string") return target;
  throw new TypeError(
    `invalid target of a plan for '${kind}': expected a path; planSetAttributes and planAttach take descriptors`,
  );
}

/** By mount(2): the shortest, and good for any kernel. */
function planByPath(
  target: string,
  parsed: ParsedRequest,
  options: PlanMountOptions,
): Step[] {
  const { operation, changes, propagation } = parsed;
  const { why, ignore } = options;
  let first: Step;
  if (operation.kind === "new") {
    const { fs, attributes, superFlags } = operation;
    if (fs.data === undefined) return planByDescriptor(target, parsed, options);
    // relatime is what mount(2) does unasked
    const flags =
      (flagsOfAttributes(attributes) & ~MountFlags.RELATIME) | superFlags;
    const data = fs.data === "" ? null : requireData(fs);
    first = mount(fs.source, target, fs.type, flags, data);
  } else {
    const source = sourcePath(operation);
    if (source === undefined) return planByDescriptor(target, parsed, options);
    first = mount(source, target, null, bindFlags(operation));
  }
  return [
    step(first, { why, ignore }),
    ...changes.map((change) => planRemount(target, change, options)),
    ...propagation.map((type) => mount(null, target, null, type)),
  ];
}

function sourcePath(operation: MountOperation): string | undefined {
  return operation.kind === "bind" && typeof operation.source === "string"
    ? operation.source
    : undefined;
}

function bindFlags(operation: MountOperation): number {
  const recursive = operation.kind === "bind" && operation.recursive;
  return MountFlags.BIND | (recursive ? MountFlags.REC : 0);
}

/** What mount_setattr(2) would do to one mount, by mount(2), which sets all attributes at once. */
function planRemount(
  target: string,
  change: AttributeChange,
  { sourceAttributes }: PlanMountOptions,
): Step {
  if (
    change.recursive === true ||
    change.userns !== undefined ||
    sourceAttributes === undefined
  ) {
    throw new MountError(
      "ERR_MOUNT_UNSUPPORTED",
      `cannot plan the attributes of a mount at '${target}' without mount_setattr(2)`,
      {
        hint: "Linux 5.12 has it; of a single mount, 'sourceAttributes' tells what is to stay",
      },
    );
  }
  const flags =
    MountFlags.REMOUNT |
    MountFlags.BIND |
    flagsOfAttributes(changed(sourceAttributes, change));
  return mount(null, target, null, flags);
}

/** Made detached, changed, then attached. */
function planByDescriptor(
  target: string | Fd,
  { operation, changes, propagation }: ParsedRequest,
  { api = FULL_MOUNT_API, why, ignore }: PlanMountOptions,
): Step[] {
  checkApi(api, operation, changes.length + propagation.length);
  const made = planDetached(operation, why);
  return [
    ...made.steps,
    ...changes.map((change) => planSetAttributes(made.mount, change)),
    ...planAttach(made.mount, target, {
      follow: true,
      keep: true,
      ...(why !== undefined && { why }),
      ignore,
    }),
    ...propagation.map((type) => propagateStep(made.mount, type)),
    close(made.mount),
  ];
}

function checkApi(
  api: MountApi,
  operation: MountOperation,
  changes: number,
): void {
  const suffices =
    api.openTree &&
    (operation.kind !== "new" || api.fsopen) &&
    (changes === 0 || api.mountSetattr);
  if (suffices) return;
  throw new MountError(
    "ERR_MOUNT_UNSUPPORTED",
    `cannot plan a ${operation.kind} mount by descriptor: this takes fsopen(2), open_tree(2), move_mount(2) or mount_setattr(2)`,
    {
      hint: "a path as the target needs none of them; nor does mount() in this process",
    },
  );
}

function planDetached(
  operation: MountOperation,
  why: string | undefined,
): { readonly mount: Register; readonly steps: readonly Step[] } {
  const notes = why === undefined ? {} : { why };
  if (operation.kind === "bind") {
    const { source, recursive } = operation;
    return planCloneTree(source, { recursive, ...notes });
  }
  if (operation.kind !== "new")
    throw new TypeError(`cannot make a detached mount of '${operation.kind}'`);
  const { fs, attributes, superFlags } = operation;
  return planCreate(fs, { attributes, superFlags, ...notes });
}

function propagateStep(made: Fd, type: number): Step {
  return planSetAttributes(made, {
    propagation: type & ~MountFlags.REC,
    recursive: (type & MountFlags.REC) !== 0,
  });
}
