import { MountError } from "./error.ts";
import {
  checkedData,
  type Filesystem,
  isPath,
  type Parameter,
} from "./filesystem.ts";

/** The layers of an overlay, and how it keeps account of them; see Documentation/filesystems/overlayfs.rst. */
export interface OverlayOptions {
  /** Directories that are read, the topmost first: at least one, two without `upper`, at most 500. */
  readonly lower: readonly string[];
  /** The directory that is written. Default: none, and the overlay is read-only. */
  readonly upper?: string;
  /** An empty directory on the file system of `upper`, for what is being written. */
  readonly work?: string;
  /**
   * Keep account in `user.overlay.*` and not in `trusted.overlay.*` extended attributes, which only the initial user
   * namespace may write: necessary in another one. Default false. Linux 5.11.
   */
  readonly userxattr?: boolean;
  /** Never sync: faster, and after a crash `upper` is to be thrown away. Default false. Linux 5.10. */
  readonly volatile?: boolean;
  /** Copy up only a file's metadata when only that changes. Default: the module's parameter. */
  readonly metacopy?: boolean;
  /** Renaming a directory of a lower layer. Default: the module's parameter. */
  readonly redirectDir?: "on" | "off" | "follow" | "nofollow";
  /** Keep hard links apart no more. Default: the module's parameter. */
  readonly index?: boolean;
  /** Inode numbers that are unique over all layers. Default: the module's parameter. */
  readonly xino?: "on" | "off" | "auto";
  /** What mountinfo shows. Default `"overlay"`. */
  readonly source?: string;
}

type TextParameter =
  readonly [key: string] | readonly [key: string, value: string];

/** `OVL_MAX_STACK` of fs/overlayfs/ovl_entry.h. */
const MAX_LOWER = 500;

/**
 * An overlay of directories; see Documentation/filesystems/overlayfs.rst. Any path may be a layer: what overlayfs
 * and mount(2) take for separators is escaped. As many layers as fit go to mount(2), more need fsopen(2) and Linux
 * 6.8.
 * @throws {MountError} `ERR_MOUNT_LAYERS` for layers the kernel would refuse with a bare `EINVAL`.
 */
export function overlay(options: OverlayOptions): Filesystem {
  const { lower, upper, work } = options;
  checkLayers(options);
  const parameters: Parameter[] = [
    // where layers are handed over one by one, nothing is read into their names
    ...lower.map((path) => pathParameter("lowerdir+", path, path)),
    ...(upper === undefined ? [] : [writtenLayer("upperdir", upper)]),
    ...(work === undefined ? [] : [writtenLayer("workdir", work)]),
    ...accountParameters(options),
  ];
  const source = options.source ?? "overlay";
  return { type: "overlay", source, parameters, data: dataOf(parameters) };
}

function pathParameter(key: string, path: string, text: string): Parameter {
  return [key, { kind: "path", path, text }];
}

/** A single path, in which fsconfig(2) reads backslashes only. */
function writtenLayer(key: string, path: string): Parameter {
  return pathParameter(key, path, path.replaceAll("\\", "\\\\"));
}

/** The text for mount(2): all lower layers in one option. */
function dataOf(parameters: readonly Parameter[]): string | undefined {
  const lower: string[] = [];
  const rest: string[] = [];
  for (const [key, value] of parameters) {
    if (value === undefined) rest.push(key);
    else if (typeof value === "string") rest.push(`${key}=${value}`);
    else if (!isPath(value)) return undefined;
    else if (key === "lowerdir+") lower.push(escapeLayer(value.path));
    else rest.push(`${key}=${escapeLayer(value.path)}`);
  }
  return checkedData([`lowerdir=${lower.join(":")}`, ...rest].join(","));
}

/** The same overlay by other paths to its layers, shorter ones, so that more of them fit in a page for mount(2). */
export function withPaths(
  fs: Filesystem,
  pathOf: (path: string) => string,
): Filesystem {
  const parameters = fs.parameters.map((parameter): Parameter => {
    const [key, value] = parameter;
    if (value === undefined || typeof value === "string" || !isPath(value))
      return parameter;
    const path = pathOf(value.path);
    return pathParameter(key, path, path);
  });
  return { ...fs, parameters, data: dataOf(parameters) };
}

function accountParameters(options: OverlayOptions): TextParameter[] {
  const { redirectDir, xino, metacopy, index } = options;
  const parameters: TextParameter[] = [];
  if (redirectDir !== undefined) parameters.push(["redirect_dir", redirectDir]);
  if (metacopy !== undefined) parameters.push(["metacopy", onOff(metacopy)]);
  if (index !== undefined) parameters.push(["index", onOff(index)]);
  if (xino !== undefined) parameters.push(["xino", xino]);
  if (options.volatile === true) parameters.push(["volatile"]);
  if (options.userxattr === true) parameters.push(["userxattr"]);
  return parameters;
}

function onOff(value: boolean): string {
  return value ? "on" : "off";
}

/** overlayfs separates layers by colons and mount(2) options by commas; a backslash keeps one, and itself. */
export function escapeLayer(path: string): string {
  return path.replaceAll(/[\\:,]/g, (character) => `\\${character}`);
}

function checkLayers({ lower, upper, work, volatile }: OverlayOptions): void {
  for (const path of [...lower, upper, work]) {
    if (path === undefined) continue;
    if (path === "" || path.includes("\0"))
      throw new TypeError(
        `invalid layer '${path.replaceAll("\0", "\\0")}': expected a path without NUL characters`,
      );
  }
  if ((upper === undefined) !== (work === undefined)) {
    fail(
      "an overlay with one of 'upper' and 'work': expected both, or none",
      "'work' is an empty directory on the file system of 'upper'",
    );
  }
  if (upper === undefined && volatile === true)
    fail("a volatile overlay without 'upper': nothing is written");
  const least = upper === undefined ? 2 : 1;
  if (lower.length < least || lower.length > MAX_LOWER) {
    fail(
      `an overlay of ${lower.length} lower layers: expected ${least} to ${MAX_LOWER}`,
      upper === undefined && lower.length === 1
        ? "a single directory, read-only, is a bind mount"
        : undefined,
    );
  }
}

function fail(what: string, hint?: string): never {
  throw new MountError(
    "ERR_MOUNT_LAYERS",
    `cannot make ${what}`,
    hint === undefined ? {} : { hint },
  );
}
