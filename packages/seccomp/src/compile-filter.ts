import { createHash } from "node:crypto";
import { release } from "node:os";
import { type BuiltFilter, buildFilter } from "./build-filter.ts";
import { SeccompError } from "./error.ts";
import { FilterDirectory } from "./filter-cache.ts";
import { filterFlags } from "./flag.ts";
import { libraryFile } from "./internal/library-file.ts";
import { libseccompVersion } from "./libseccomp.ts";
import { checkProfile } from "./parse-profile.ts";
import type { ContainerProfile, SeccompProfile } from "./profile.ts";
import { resolveProfile } from "./resolve-profile.ts";

/** Which container the filter is for, and where filters are kept. */
export interface CompileOptions {
  /** The capabilities of the container's bounding set: `CAP_CHOWN`. Default none. */
  readonly capabilities?: readonly string[] | undefined;
  /** Keeps filters in this directory, which only this user may write to. Default: in memory only. */
  readonly cacheDirectory?: string | undefined;
}

/** A filter for seccomp(2); also what `spawn` of `@ns/spawn` takes as its option `seccomp`. */
export interface CompiledFilter {
  /** The bytes of its `struct sock_filter` array. */
  readonly filter: Uint8Array;
  /** `SECCOMP_FILTER_FLAG_*`. `NEW_LISTENER` is among them if the profile notifies. */
  readonly flags: number;
  /** Names in the profile that this libseccomp does not know, sorted: there are no rules for them. */
  readonly unknownSyscalls: readonly string[];
  /** The profile's: the socket that the listener goes to, and the text for who is there. */
  readonly listenerPath?: string;
  readonly listenerMetadata?: string;
  /** Where the program comes from. */
  readonly source: "compiled" | "memory" | "directory";
  /** Why `cacheDirectory` could not be used. The filter is good nevertheless. */
  readonly cacheProblem?: Error;
}

/**
 * Makes a filter of a profile, with the system's libseccomp (Debian: libseccomp2), or takes it from where the same one
 * was kept: by the hash of the resolved profile, the kernel's release, the architecture and the libseccomp.
 * @throws {SeccompError} `ERR_SECCOMP_PROFILE` with the `path` of what is wrong; `ERR_SECCOMP_LIBRARY` without
 *   libseccomp; `ERR_SECCOMP_UNSUPPORTED` for what this libseccomp or kernel cannot do; `ERR_SECCOMP_PROGRAM` for more
 *   rules than a filter can hold.
 */
export function compileFilter(
  profile: ContainerProfile,
  options: CompileOptions = {},
): CompiledFilter {
  const { capabilities, cacheDirectory } = options;
  const resolved = resolveProfile(checkProfile(profile), { capabilities });
  const flags = flagsOf(resolved);
  const { built, ...origin } = obtain(resolved, cacheDirectory);
  return {
    // a copy: what is kept must not change under another container
    filter: new Uint8Array(built.program),
    flags,
    unknownSyscalls: built.unknownSyscalls,
    ...(resolved.listenerPath !== undefined && {
      listenerPath: resolved.listenerPath,
    }),
    ...(resolved.listenerMetadata !== undefined && {
      listenerMetadata: resolved.listenerMetadata,
    }),
    ...origin,
  };
}

function flagsOf({ flags = [], syscalls = [] }: SeccompProfile): number {
  const notifies = syscalls.some(({ action }) => action === "SCMP_ACT_NOTIFY");
  return filterFlags(flags, notifies);
}

interface Obtained extends Pick<CompiledFilter, "source"> {
  readonly built: BuiltFilter;
  readonly cacheProblem?: Error;
}

/** Filters of this process; the oldest goes when there are too many. */
const kept = new Map<string, BuiltFilter>();
const MAX_KEPT = 64;

function obtain(
  profile: SeccompProfile,
  cacheDirectory: string | undefined,
): Obtained {
  const key = keyOf(profile);
  const known = kept.get(key);
  if (known !== undefined) return { built: known, source: "memory" };
  const obtained =
    cacheDirectory === undefined
      ? ({ built: buildFilter(profile), source: "compiled" } as const)
      : throughDirectory(profile, key, cacheDirectory);
  kept.set(key, obtained.built);
  for (const oldest of kept.keys()) {
    if (kept.size <= MAX_KEPT) break;
    kept.delete(oldest);
  }
  return obtained;
}

/** A directory that cannot be used costs time, never the filter. */
function throughDirectory(
  profile: SeccompProfile,
  key: string,
  path: string,
): Obtained {
  const opened = attempt(() => new FilterDirectory(path));
  if ("problem" in opened)
    return {
      built: buildFilter(profile),
      source: "compiled",
      cacheProblem: opened.problem,
    };
  using directory = opened.result;
  const read = attempt(() => directory.read(key));
  if ("result" in read && read.result !== undefined)
    return { built: read.result, source: "directory" };
  const built = buildFilter(profile);
  // takes the place of what could not be read, too
  const written = attempt(() => directory.write(key, built));
  for (const each of [read, written]) {
    if ("problem" in each)
      return { built, source: "compiled", cacheProblem: each.problem };
  }
  return { built, source: "compiled" };
}

/** What came of something about files, or the error that it was. */
function attempt<T>(
  act: () => T,
): { readonly result: T } | { readonly problem: Error } {
  try {
    return { result: act() };
  } catch (error) {
    // ours, or a failed operation on a file
    if (error instanceof SeccompError || isFileError(error))
      return { problem: error };
    throw error;
  }
}

function isFileError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && "syscall" in error;
}

/** Raised when the same profile would make another program. */
const GENERATION = 2;

function keyOf(profile: SeccompProfile): string {
  const library =
    libraryFile()?.identity ?? `libseccomp ${libseccompVersion()}`;
  const circumstances = [GENERATION, library, release(), process.arch];
  return createHash("sha256")
    .update(JSON.stringify([circumstances, profile], withBigints))
    .digest("hex");
}

function withBigints(_key: string, value: unknown): unknown {
  return typeof value === "bigint" ? `${value}n` : value;
}
