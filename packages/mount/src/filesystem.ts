import {
  AtFlags,
  type Fd,
  fsconfigFd,
  fsconfigFlag,
  fsconfigString,
  openat,
  OpenFlags,
  register,
  step,
  type Step,
} from "@ns/syscalls";
import { MountError } from "./error.ts";
import { splitOptions } from "./split-options.ts";

/** A path that a file system is told of, which may be handed over as a descriptor instead. */
export interface PathValue {
  readonly kind: "path";
  readonly path: string;
  /** As fsconfig(2) takes it for a text. */
  readonly text: string;
}

/** A parameter of a file system, for fsconfig(2): a flag, or a key with a text, a descriptor, or either for a path. */
export type Parameter =
  | readonly [key: string]
  | readonly [key: string, value: string | Fd | PathValue];

/** A file system to be made: what mount(2) and fsconfig(2) are told of it. Nothing has happened yet. */
export interface Filesystem {
  /** The kernel's name for it: `"tmpfs"`. */
  readonly type: string;
  /** The device, or for a file system without one any name, which /proc/self/mountinfo shows. */
  readonly source: string;
  readonly parameters: readonly Parameter[];
  /** The same as text for mount(2); undefined where that cannot say it. */
  readonly data: string | undefined;
}

/** How {@link filesystem} is configured. */
export interface FilesystemOptions {
  /** Default: the type. */
  readonly source?: string;
  /** Options of the file system itself, as in fstab(5). Default none. */
  readonly data?: string | readonly string[];
}

/** What mount(2) copies: a page, with the NUL; and fsconfig(2): 256 bytes, with the NUL. */
const MAX_DATA = 4095;
const MAX_VALUE = 255;

/**
 * A file system of any type, by the options its manual page lists.
 * @throws {TypeError} if the type or an option cannot be one.
 */
export function filesystem(
  type: string,
  { source = type, data = [] }: FilesystemOptions = {},
): Filesystem {
  if (!/^[^\s/\0]+$/.test(type))
    throw new TypeError(
      `invalid file system type '${type}': expected a name of /proc/filesystems`,
    );
  const options = typeof data === "string" ? splitOptions(data) : data;
  return withParameters(type, source, options.map(parseParameter));
}

/** `key`, or `key=value`; a quoted value without its quotes, which are for mount(8). */
function parseParameter(option: string): Parameter {
  const at = option.indexOf("=");
  if (at < 0) return [option];
  const value = option.slice(at + 1);
  const quoted = /^"(.*)"$/s.exec(value);
  return [option.slice(0, at), quoted?.[1] ?? value];
}

/** A file system whose data for mount(2) is its parameters, separated by commas. */
export function withParameters(
  type: string,
  source: string,
  parameters: readonly Parameter[],
): Filesystem {
  if (source.includes("\0"))
    throw new TypeError("invalid source: expected no NUL characters");
  for (const [key, value] of parameters) checkParameter(key, value);
  return { type, source, parameters, data: dataOf(parameters) };
}

function checkParameter(key: string, value: Parameter[1]): void {
  if (key === "" || /[=,\0]/.test(key))
    throw new TypeError(
      `invalid file system parameter '${key.replaceAll("\0", "\\0")}': expected a name`,
    );
  if (typeof value === "string" && value.includes("\0"))
    throw new TypeError(
      `invalid value of file system parameter '${key}': expected no NUL characters`,
    );
}

/** Labels of SELinux, whose commas quotes protect from mount(2); nothing else reads quotes. */
const LABELS: ReadonlySet<string> = new Set([
  "context",
  "fscontext",
  "defcontext",
  "rootcontext",
]);

/** The options' text; undefined if one of them is a descriptor, has a comma, or it is too long. */
function dataOf(parameters: readonly Parameter[]): string | undefined {
  const parts: string[] = [];
  for (const [key, value] of parameters) {
    if (value === undefined) parts.push(key);
    else if (typeof value !== "string") return undefined;
    else if (!value.includes(",")) parts.push(`${key}=${value}`);
    else if (LABELS.has(key)) parts.push(`${key}="${value}"`);
    else return undefined;
  }
  return checkedData(parts.join(","));
}

/** The text, unless it is longer than mount(2) takes. */
export function checkedData(data: string): string | undefined {
  return Buffer.byteLength(data) > MAX_DATA ? undefined : data;
}

/**
 * The text for mount(2).
 * @throws {MountError} `ERR_MOUNT_OPTION` if it cannot be told.
 */
export function requireData({ type, data }: Filesystem): string {
  if (data !== undefined) return data;
  throw new MountError(
    "ERR_MOUNT_OPTION",
    `cannot hand the parameters of '${type}' to mount(2): expected texts without commas, of ${MAX_DATA} bytes in all`,
    { hint: "fsopen(2) takes them: Linux 5.2, for layers of overlayfs 6.8" },
  );
}

/**
 * The steps that set a context's parameters, `source` first; see fsconfig(2).
 * @throws {MountError} `ERR_MOUNT_OPTION` for a text of more than 255 bytes.
 */
export function planConfigure(context: Fd, fs: Filesystem): Step[] {
  return [
    fsconfigString(context, "source", checkText("source", fs.source)),
    ...fs.parameters.flatMap(([key, value]) => {
      if (value === undefined) return [fsconfigFlag(context, key)];
      if (typeof value === "string")
        return [fsconfigString(context, key, checkText(key, value))];
      if (!isPath(value)) return [fsconfigFd(context, key, value)];
      return isLong(value.text)
        ? planDescriptor(context, key, value.path)
        : [fsconfigString(context, key, value.text)];
    }),
  ];
}

/** Whether a value is a path that may be handed over either way. */
export function isPath(value: string | Fd | PathValue): value is PathValue {
  return typeof value === "object" && value.kind === "path";
}

/** Whether a text is longer than fsconfig(2) takes. */
export function isLong(text: string): boolean {
  return Buffer.byteLength(text) > MAX_VALUE;
}

function checkText(key: string, text: string): string {
  if (!isLong(text)) return text;
  throw new MountError(
    "ERR_MOUNT_OPTION",
    `cannot hand '${key}' to fsconfig(2): expected at most ${MAX_VALUE} bytes, not ${Buffer.byteLength(text)}`,
  );
}

/** overlayfs takes a descriptor for a layer. Linux 6.13. */
function planDescriptor(context: Fd, key: string, path: string): Step[] {
  const directory = register(key);
  const flags = OpenFlags.PATH | OpenFlags.CLOEXEC;
  return [
    step(openat(AtFlags.FDCWD, path, flags), {
      into: directory,
      why: "longer than fsconfig takes a text",
    }),
    step(fsconfigFd(context, key, directory), { closes: [directory] }),
  ];
}
