import type { SeccompFilter } from "@ns/spawn";

/** A directory or file of the host that shows inside. */
export interface Volume {
  /** Path on the host; relative ones are relative to `cwd` of the caller. */
  readonly source: string;
  /** Absolute path inside. */
  readonly destination: string;
  readonly readOnly?: boolean;
}

/** What to run, and in what. */
export interface RunOptions {
  /** The command and its arguments. */
  readonly command: readonly [string, ...string[]];
  /** A directory to be the root, read-write. Default: a throw-away copy of the host's own root. */
  readonly rootfs?: string | undefined;
  /** Whether the root file system is read-only. Default false. */
  readonly readOnly?: boolean | undefined;
  /** Variables besides the default ones; see {@link defaultEnvironment}. */
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** Working directory inside. Default: the caller's with the host's root, else `/`. */
  readonly cwd?: string | undefined;
  /** `user[:group]`, by number or by name in the root's /etc/passwd and /etc/group. Default: root. */
  readonly user?: string | undefined;
  /** Name of the container. Default: random. */
  readonly name?: string | undefined;
  /** Default: the container's name. */
  readonly hostname?: string | undefined;
  readonly volumes?: readonly Volume[] | undefined;
  /** `"none"`: a network of its own with only `lo`. `"host"`: the host's. Default `"none"`. */
  readonly net?: "none" | "host" | undefined;
  /**
   * The filter of its system calls, such as `compileFilter` of `@ns/seccomp` makes; or `"unconfined"`: none. Default: one that
   * allows what programs need, and no namespaces.
   */
  readonly seccomp?: "unconfined" | SeccompFilter | undefined;
  /** A terminal of its own, of this size. */
  readonly terminal?:
    { readonly cols: number; readonly rows: number } | undefined;
}
