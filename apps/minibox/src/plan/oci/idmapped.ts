import { isAbsolute, resolve } from "node:path";
import type { Config, IdMapping, Mount } from "@ns/oci";
import {
  parseMountOptions,
  parseMountRequest,
  planSetAttributes,
} from "@ns/mount";
import {
  AtFlags,
  type Fd,
  MountFlags,
  openTree,
  OpenTreeFlags,
  step,
  type Step,
} from "@ns/syscalls";
import { isNew, namespaceOf } from "./namespaces.ts";
import { unsupported } from "./unsupported.ts";

/** Where the map of a mount comes from: ids of its own, or a user namespace that there is. */
export type MapSource =
  | {
      readonly uidMappings: readonly IdMapping[];
      readonly gidMappings: readonly IdMapping[];
    }
  | { readonly path: string };

/** Whether the owners of a mount's files are to be mapped: the options say so, or there are mappings. */
export function isIdmapped({
  options = [],
  uidMappings = [],
  gidMappings = [],
}: Mount): boolean {
  return (
    parseMountOptions(options).idmap !== undefined ||
    uidMappings.length > 0 ||
    gidMappings.length > 0
  );
}

/** The map of the mount number `index`: its own, or else that of the container's user namespace. */
export function mapSourceOf(config: Config, index: number): MapSource {
  const { uidMappings = [], gidMappings = [] } = config.mounts?.[index] ?? {};
  if (uidMappings.length > 0) return { uidMappings, gidMappings };
  const user = namespaceOf(config, "user");
  if (user === undefined)
    throw unsupported(
      `mounts[${index}].options`,
      "'idmap' without mappings means those of the container's user namespace, and it has none",
    );
  if (!isNew(user)) return { path: user.path ?? "" };
  const { linux = {} } = config;
  return {
    uidMappings: linux.uidMappings ?? [],
    gidMappings: linux.gidMappings ?? [],
  };
}

/** How the runtime gets a mount with mapped ids: the call that takes hold of it, and what is done to that. */
export interface IdmappedPlan {
  readonly take: Step;
  change(mount: Fd): Step[];
}

/**
 * Takes hold of what is to be shown, with its owners mapped. It is for the runtime to perform, which has the right to in
 * the user namespace of the file system; a container in one of its own has not.
 */
export function planIdmapped(
  mount: Mount,
  { bundle, userns, why }: { bundle: string; userns: Fd; why: string },
): IdmappedPlan {
  const { source = "", options = [] } = mount;
  const isAsked = parseMountOptions(options).idmap !== undefined;
  const path = isAbsolute(source) ? source : resolve(bundle, source);
  const { operation, changes } = parseMountRequest({
    source: path,
    options: isAsked ? options : [...options, "idmap"],
    userns,
  });
  if (operation.kind !== "bind")
    throw unsupported(`${why}.options`, "only a bind mount has mapped ids");
  const { CLONE, CLOEXEC, RECURSIVE } = OpenTreeFlags;
  const flags = CLONE | CLOEXEC | (operation.recursive ? RECURSIVE : 0);
  // what is mounted in the container's is not to show on the host
  const own = { propagation: MountFlags.SLAVE, recursive: true };
  return {
    take: step(openTree(AtFlags.FDCWD, path, flags), { why }),
    change: (taken) => [
      planSetAttributes(taken, own),
      ...changes.map((change) =>
        step(planSetAttributes(taken, change), {
          why: `${why}: ${change.userns === undefined ? "options" : "mapped ids"}`,
        }),
      ),
    ],
  };
}
