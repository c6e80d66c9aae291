import { fstatSync } from "node:fs";
import {
  AtFlags,
  type Fd,
  invoke,
  mount,
  MountFlags,
  openTree,
  OpenTreeFlags,
  type Register,
  register,
  step,
  type Step,
} from "@ns/syscalls";
import type { AttributeChange } from "./attributes.ts";
import { DetachedMount, type DetachedOptions } from "./detached-mount.ts";
import { Stage } from "./internal/stage.ts";
import { canDetach, isMissing, probeMountApi } from "./mount-api.ts";
import { openPath, Handle } from "./handle.ts";
import { planSetAttributes } from "./set-attributes.ts";

/** What of the source is taken. */
export interface CloneOptions {
  /** With what is mounted below it. Default true: without, what was covered would show, and a user namespace may not. */
  readonly recursive?: boolean;
}

/** How {@link planCloneTree} takes it. */
export interface PlanCloneOptions extends CloneOptions {
  /** Changes of its attributes, before it is seen anywhere. Default none. */
  readonly attributes?: AttributeChange;
  /** The register that holds it. Default: a new one, with the path for a name. */
  readonly into?: Register;
  /** Why, for a person who reads the plan. */
  readonly why?: string;
}

/** A detached mount that a plan makes. */
export interface PlannedMount {
  /** Holds its descriptor once the steps have run. */
  readonly mount: Register;
  readonly steps: readonly Step[];
}

/**
 * The steps that take hold of a file or directory of the host, with what is mounted below, as a detached copy; see
 * open_tree(2). What a later look at the path would find does not matter any more. Linux 5.2, with attributes 5.12.
 */
export function planCloneTree(
  source: string | Fd,
  options: PlanCloneOptions = {},
): PlannedMount {
  const { recursive = true, attributes, why } = options;
  const path = typeof source === "string" ? source : "";
  const into = options.into ?? register(path === "" ? "tree" : path);
  const directory = typeof source === "string" ? AtFlags.FDCWD : source;
  const call = openTree(directory, path, cloneFlags(path, recursive));
  return {
    mount: into,
    steps: [
      step(call, { into, why }),
      ...(attributes === undefined
        ? []
        : [planSetAttributes(into, attributes)]),
    ],
  };
}

function cloneFlags(path: string, recursive: boolean): number {
  const { CLONE, CLOEXEC, RECURSIVE, EMPTY_PATH } = OpenTreeFlags;
  return (
    CLONE |
    CLOEXEC |
    (recursive ? RECURSIVE : 0) |
    (path === "" ? EMPTY_PATH : 0)
  );
}

/**
 * Takes hold of a file or directory, with what is mounted below it, as a detached copy to be attached elsewhere; see
 * open_tree(2). `source` is a path, or a descriptor.
 * @throws {SyscallError} `EPERM` without CAP_SYS_ADMIN; `EINVAL` for a mount that is unbindable, or without what
 *   is mounted below it when that is locked (mount_namespaces(7)).
 */
export function cloneTree(
  source: string | number,
  {
    recursive = true,
    api = probeMountApi(),
  }: CloneOptions & DetachedOptions = {},
): DetachedMount {
  if (canDetach(api)) {
    const path = typeof source === "string" ? source : "";
    const directory = typeof source === "string" ? AtFlags.FDCWD : source;
    const call = openTree(directory, path, cloneFlags(path, recursive));
    try {
      return new DetachedMount(invoke(call), { api });
    } catch (error) {
      if (!isMissing(error)) throw error;
    }
  }
  return stageTree(source, recursive, { api });
}

function stageTree(
  source: string | number,
  recursive: boolean,
  { api }: Required<DetachedOptions>,
): DetachedMount {
  using from =
    typeof source === "string" ? openPath(source) : Handle.borrow(source);
  const isDirectory = fstatSync(from.fd).isDirectory();
  const stage = new Stage(isDirectory ? "directory" : "file");
  try {
    const flags = MountFlags.BIND | (recursive ? MountFlags.REC : 0);
    const bind = mount(from.procPath(), stage.path, null, flags);
    return new DetachedMount(stage.perform([bind]), { api, stage });
  } catch (error) {
    stage.close();
    throw error;
  }
}
