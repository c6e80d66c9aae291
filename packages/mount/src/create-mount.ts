import { closeSync } from "node:fs";
import {
  fsconfigCreate,
  fsmount,
  FsmountFlags,
  fsopen,
  FsopenFlags,
  invoke,
  invokeAll,
  mount,
  type Register,
  register,
  step,
  type Step,
  SyscallError,
} from "@ns/syscalls";
import { flagsOfAttributes, superParameters } from "./attributes.ts";
import type { PlannedMount } from "./clone-tree.ts";
import { DetachedMount, type DetachedOptions } from "./detached-mount.ts";
import {
  type Filesystem,
  isLong,
  isPath,
  type Parameter,
  planConfigure,
  requireData,
} from "./filesystem.ts";
import { readContextLog } from "./internal/context-log.ts";
import { Stage } from "./internal/stage.ts";
import { canDetach, isMissing, probeMountApi } from "./mount-api.ts";
import { withPaths } from "./overlay.ts";
import { type Handle, openPath } from "./handle.ts";

/** How a new file system is mounted. */
export interface CreateOptions {
  /** `MOUNT_ATTR_*` of the mount. Default 0: `relatime`, and everything allowed. */
  readonly attributes?: number;
  /** `MS_*` flags of the file system itself: `RDONLY`, `SYNCHRONOUS`, `DIRSYNC`, `LAZYTIME` … Default 0. */
  readonly superFlags?: number;
}

/** How {@link planCreate} names what it makes. */
export interface PlanCreateOptions extends CreateOptions {
  /** The register that holds the mount. Default: a new one, with the type for a name. */
  readonly into?: Register;
  /** Why, for a person who reads the plan. */
  readonly why?: string;
}

/**
 * The steps that make a file system which is mounted nowhere yet; see fsopen(2). Linux 5.2. The kernel grants a user
 * namespace a procfs or sysfs only while the host's is in sight: make it before the root changes, attach it after.
 */
export function planCreate(
  fs: Filesystem,
  options: PlanCreateOptions = {},
): PlannedMount {
  const { attributes = 0, superFlags = 0, why } = options;
  const into = options.into ?? register(fs.type);
  const context = register(`${fs.type} context`);
  const make = fsmount(context, FsmountFlags.CLOEXEC, attributes);
  return {
    mount: into,
    steps: [
      step(fsopen(fs.type, FsopenFlags.CLOEXEC), {
        into: context,
        why: why ?? `a new ${fs.type}`,
      }),
      ...planConfigure(context, withSuperFlags(fs, superFlags)),
      fsconfigCreate(context),
      step(make, { into, closes: [context] }),
    ],
  };
}

/**
 * Makes a file system that is mounted nowhere yet; see fsopen(2). What the file system has to say of a failure is
 * the error's `hint`. Where there is no fsopen it is mounted in a directory of our own, and moved from there.
 * @throws {SyscallError} `ENODEV` for a type the kernel does not have; `EPERM` without CAP_SYS_ADMIN, or for a
 *   type a user namespace may not mount; `EINVAL` for a parameter it does not take.
 */
export function createMount(
  fs: Filesystem,
  options: CreateOptions & DetachedOptions = {},
): DetachedMount {
  const { api = probeMountApi(), attributes = 0, superFlags = 0 } = options;
  const known = { ...options, api };
  if (!api.fsopen || !canDetach(api)) return stageMount(fs, known);
  try {
    return new DetachedMount(makeByContext(fs, attributes, superFlags), {
      api,
    });
  } catch (error) {
    if (!mayBeOlder(error, fs)) throw error;
    try {
      return stageMount(fs, known);
    } catch {
      // mount(2) has no more to say of it, and no log
      throw error;
    }
  }
}

/** Whether mount(2) may do what fsopen refused: it is not there, or does not know layers one by one (Linux 6.8). */
function mayBeOlder(error: unknown, fs: Filesystem): boolean {
  if (!(error instanceof SyscallError)) return false;
  if (fs.type === "overlay") return isMissing(error) || error.code === "EINVAL";
  return isMissing(error) && fs.data !== undefined;
}

function makeByContext(
  fs: Filesystem,
  attributes: number,
  superFlags: number,
): number {
  const context = invoke(fsopen(fs.type, FsopenFlags.CLOEXEC));
  const held: Handle[] = [];
  try {
    const configured = holdLongPaths(withSuperFlags(fs, superFlags), held);
    invokeAll([...planConfigure(context, configured), fsconfigCreate(context)]);
    return invoke(fsmount(context, FsmountFlags.CLOEXEC, attributes));
  } catch (error) {
    throw told(error, fs, readContextLog(context));
  } finally {
    closeSync(context);
    for (const place of held) place.close();
  }
}

/** Opens what is too long for fsconfig(2), so that it is closed whatever happens. */
function holdLongPaths(fs: Filesystem, held: Handle[]): Filesystem {
  const parameters = fs.parameters.map(([key, value]): Parameter => {
    if (value === undefined) return [key];
    if (typeof value === "string" || !isPath(value) || !isLong(value.text))
      return [key, value];
    const place = openPath(value.path);
    held.push(place);
    return [key, place.fd];
  });
  return { ...fs, parameters };
}

/** The error, with what the file system was and had to say. */
function told(
  error: unknown,
  fs: Filesystem,
  hint: string | undefined,
): unknown {
  if (!(error instanceof SyscallError)) return error;
  const { errno, syscall, path, dest, call } = error;
  const why = `a new ${fs.type}`;
  return new SyscallError(
    { errno, syscall, path, dest, call, why, hint },
    { cause: error },
  );
}

function withSuperFlags(fs: Filesystem, superFlags: number): Filesystem {
  const flags = superParameters(superFlags).map((key) => [key] as const);
  return { ...fs, parameters: [...flags, ...fs.parameters] };
}

function stageMount(
  fs: Filesystem,
  options: CreateOptions & Required<DetachedOptions>,
): DetachedMount {
  const { api, attributes = 0, superFlags = 0 } = options;
  const held: Handle[] = [];
  const stage = new Stage("directory");
  try {
    const data = requireData(shortened(fs, held));
    const flags = flagsOfAttributes(attributes) | superFlags;
    const steps: Step[] = [mount(fs.source, stage.path, fs.type, flags, data)];
    return new DetachedMount(stage.perform(steps), { api, stage });
  } catch (error) {
    stage.close();
    throw error;
  } finally {
    for (const place of held) place.close();
  }
}

/** Layers of an overlay whose paths do not fit into a page are told of by descriptors, which do. */
function shortened(fs: Filesystem, held: Handle[]): Filesystem {
  if (fs.data !== undefined || fs.type !== "overlay") return fs;
  return withPaths(fs, (path) => {
    const place = openPath(path);
    held.push(place);
    return place.procPath();
  });
}
