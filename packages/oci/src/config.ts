import type { IdMapping, Linux } from "./linux.ts";
import type { Process } from "./process.ts";

/**
 * A config.json: what a container is to be. Members for other systems than Linux are not looked at; they, and what the
 * specification does not know, stay in the object as they were.
 */
export interface Config {
  /** The version of the specification that it is written after: 1.x. */
  readonly ociVersion: string;
  /** Required when the container is started. */
  readonly process?: Process;
  readonly root?: Root;
  /** See sethostname(2). */
  readonly hostname?: string;
  /** The NIS domain name; see setdomainname(2). Specification 1.1. */
  readonly domainname?: string;
  /** Mounted in this order. */
  readonly mounts?: readonly Mount[];
  readonly hooks?: Hooks;
  /** For whoever reads them: keys in reversed domain notation, usually. */
  readonly annotations?: Readonly<Record<string, string>>;
  readonly linux?: Linux;
}

/** The root file system. */
export interface Root {
  /** The directory: absolute, or relative to the bundle. */
  readonly path: string;
  /** Default false. */
  readonly readonly?: boolean;
}

/** A mount, in the container's mount namespace; see mount(2). */
export interface Mount {
  /** Where, in the container: absolute. */
  readonly destination: string;
  /** A file system of /proc/filesystems; of no meaning for a bind mount. */
  readonly type?: string;
  /** A device, a directory or file of the host (absolute, or relative to the bundle), or a name. */
  readonly source?: string;
  /** As in fstab(5), and those that the specification adds: `MOUNT_OPTIONS` lists all that are not for the file system. */
  readonly options?: readonly string[];
  /** Maps the owners of the files; see mount_setattr(2). Specification 1.0.3; Linux 5.12. */
  readonly uidMappings?: readonly IdMapping[];
  readonly gidMappings?: readonly IdMapping[];
}

/** The moments that have hooks, in their order. */
export const HOOK_NAMES = [
  "prestart",
  "createRuntime",
  "createContainer",
  "startContainer",
  "poststart",
  "poststop",
] as const;

export type HookName = (typeof HOOK_NAMES)[number];

/** What runs at the moments of a container's life, in the order given. */
export type Hooks = Readonly<Partial<Record<HookName, readonly Hook[]>>>;

/** A program of the host, or of the container for `startContainer`; it gets the state on its standard input. */
export interface Hook {
  /** Absolute. */
  readonly path: string;
  /** The whole argv, its first element included; default the path alone. */
  readonly args?: readonly string[];
  /** The whole environment; default none. */
  readonly env?: readonly string[];
  /** Seconds, more than 0; default no limit. */
  readonly timeout?: number;
}
