import { isAbsolute, resolve } from "node:path";
import type { Config, Mount } from "@ns/oci";
import {
  type AttributeChange,
  parseMountOptions,
  parseMountRequest,
  type ParsedRequest,
  planCloneTree,
  planCreate,
  planSetAttributes,
} from "@ns/mount";
import {
  close,
  type Fd,
  isRegister,
  MountAttrFlags,
  MountFlags,
  type Register,
  type Step,
} from "@ns/syscalls";
import { MiniboxError } from "../../error.ts";
import { checkBelowProc } from "./below-proc.ts";
import { planCgroupMount } from "./cgroup-mount.ts";
import { changeThere, explained } from "./change-mount.ts";
import { copyUp } from "./copy-up.ts";
import type { BundleFacts } from "./facts.ts";
import type { KnownPlaces } from "./known-places.ts";
import { namespaceOf } from "./namespaces.ts";
import { attachAt, partsOf, type Place } from "./place.ts";
import { labelMqueue, labelOptions } from "./security-labels.ts";
import { unsupported } from "./unsupported.ts";

/** A mount in its parts: what is taken or made while the host's root is there is attached when no path leads to it any more. */
export interface PlannedMount {
  /** Takes hold of what the host has. */
  readonly take: readonly Step[];
  /** Makes what is new: it belongs to whoever is root in the container. */
  readonly make: readonly Step[];
  readonly attach: readonly Step[];
}

/** Plans the mounts of a configuration, in its order. */
export function planMounts(
  config: Config,
  facts: BundleFacts,
  known: KnownPlaces,
): PlannedMount[] {
  const ownNamespace = namespaceOf(config, "cgroup") !== undefined;
  return (config.mounts ?? []).map((mount, i) => {
    const why = `mounts[${i}]`;
    checkBelowProc(mount, why);
    const destination = `/${partsOf(mount.destination).join("/")}`;
    if (mount.type === "cgroup" || mount.type === "cgroup2") {
      const { flags } = parseMountOptions(mount.options ?? []);
      return planCgroupMount(
        { destination, flags, ownNamespace, why },
        facts,
        known,
      );
    }
    try {
      const own = { ...mount, destination };
      const idmapped = facts.idmapped.get(i);
      return idmapped === undefined
        ? planOne(own, why, { config, facts, known })
        : planTaken(own, idmapped, why, { facts, known });
    } catch (error) {
      throw named(error, why);
    }
  });
}

/** The same error with the mount that it is about. */
function named(error: unknown, why: string): unknown {
  if (error instanceof MiniboxError || !(error instanceof Error)) return error;
  return new MiniboxError("ERR_INVALID_OPTION", `${why}: ${error.message}`, {
    cause: error,
  });
}

/** What a mount is planned among. */
interface Surroundings {
  readonly config: Config;
  readonly facts: BundleFacts;
  readonly known: KnownPlaces;
}

function planOne(
  mount: Mount,
  why: string,
  { config, facts, known }: Surroundings,
): PlannedMount {
  const { destination, type = "none", options = [] } = mount;
  const parsedOptions = parseMountOptions(options);
  const isBind = (parsedOptions.flags & MountFlags.BIND) !== 0;
  const rest = options.filter((option) => option !== "tmpcopyup");
  const request = parseMountRequest({
    ...(isBind || type === "none" ? {} : type === "bind" ? {} : { type }),
    ...(isBind || type === "bind"
      ? { source: sourceOf(mount, why, facts) }
      : mount.source === undefined || mount.source === ""
        ? {}
        : { source: mount.source }),
    options:
      type === "bind" && !isBind
        ? ["bind", ...rest]
        : isBind || type === "none"
          ? rest
          : [...rest, ...labelOptions(type, config)],
  });
  const { kind } = request.operation;
  if (kind === "remount" || kind === "propagation")
    return {
      take: [],
      make: [],
      attach: changeThere(request, destination, why),
    };
  const taken = take(request, why, destination);
  const seal = showsOthersCgroups(request, facts)
    ? [planSetAttributes(taken.mount, READ_ONLY_TREE)]
    : [];
  const place: Place = {
    path: destination,
    kind:
      request.operation.kind === "bind" &&
      typeof request.operation.source === "string" &&
      facts.isDirectory(request.operation.source) === false
        ? "file"
        : "directory",
    direct: type === "proc" || type === "sysfs",
    fresh: FRESH.has(type) && !parsedOptions.copyUp,
    why,
  };
  const copied = parsedOptions.copyUp
    ? copyUp(taken.mount, destination, facts.listTree(destination), known)
    : [];
  const isNew = request.operation.kind === "new";
  return {
    take: isNew ? [] : [...taken.steps, ...seal],
    make: isNew ? taken.steps : [],
    attach: [
      ...copied,
      ...show(taken.mount, place, request.propagation, known),
      ...(type === "mqueue" ? labelMqueue(destination, config) : []),
    ],
  };
}

/** New file systems without files that are another's. */
const FRESH = new Set(["proc", "sysfs", "tmpfs", "devpts", "mqueue"]);

const READ_ONLY_TREE: AttributeChange = {
  set: MountAttrFlags.RDONLY,
  recursive: true,
};

/**
 * Whether a read-only tree of the host's has cgroups in it, which are mounts of their own and would stay as they are: who
 * is no root of the machine could write to those of everything else that this user runs (CVE-2023-25809).
 */
function showsOthersCgroups(
  { operation, changes }: ParsedRequest,
  { isRootless, hierarchies }: BundleFacts,
): boolean {
  if (operation.kind !== "bind" || !isRootless) return false;
  const { source } = operation;
  const isReadOnly = changes.some(
    ({ set = 0 }) => (set & MountAttrFlags.RDONLY) !== 0,
  );
  return (
    isReadOnly &&
    typeof source === "string" &&
    hierarchies.some(({ mountpoint }) => mountpoint.startsWith(`${source}/`))
  );
}

/** A mount that the runtime has made already. */
function planTaken(
  mount: Mount,
  taken: Fd,
  why: string,
  { facts, known }: Omit<Surroundings, "config">,
): PlannedMount {
  const { destination, options = [] } = mount;
  const isFile = facts.isDirectory(sourceOf(mount, why, facts)) === false;
  const kind = isFile ? "file" : "directory";
  const { propagation } = parseMountOptions(options);
  return {
    take: [],
    make: [],
    attach: show(taken, { path: destination, kind, why }, propagation, known),
  };
}

function show(
  mount: Fd,
  place: Place,
  propagation: readonly number[],
  known: KnownPlaces,
): Step[] {
  if (isRegister(mount) && propagation.length === 0)
    return attachAt(mount, place, known, [mount]);
  return [
    ...attachAt(mount, place, known),
    ...propagation.map((type) =>
      planSetAttributes(mount, {
        propagation: type & ~MountFlags.REC,
        recursive: (type & MountFlags.REC) !== 0,
      }),
    ),
    close(mount),
  ];
}

function sourceOf(
  { source }: Mount,
  why: string,
  { bundle }: BundleFacts,
): string {
  if (source === undefined || source === "")
    throw unsupported(`${why}.source`, "a bind mount has one");
  return isAbsolute(source) ? source : resolve(bundle, source);
}

function take(
  { operation, changes }: ParsedRequest,
  path: string,
  destination: string,
): { readonly mount: Register; readonly steps: readonly Step[] } {
  const why = `${path}: for ${destination}`;
  switch (operation.kind) {
    case "bind": {
      const { source, recursive } = operation;
      const { mount, steps } = planCloneTree(source, { recursive, why });
      return {
        mount,
        steps: [
          ...steps,
          ...changes.map((change) => ({
            ...planSetAttributes(mount, change),
            why,
          })),
        ],
      };
    }
    case "new": {
      const { fs, attributes, superFlags } = operation;
      const made = planCreate(fs, { attributes, superFlags, why });
      const { mount } = made;
      const steps = explained(made.steps, why);
      return {
        mount,
        steps: [
          ...steps,
          ...changes.map((change) => planSetAttributes(mount, change)),
        ],
      };
    }
    default:
      throw unsupported(
        `${path}.options`,
        `a container has nothing yet to '${operation.kind}'`,
      );
  }
}
