import type { Hierarchy } from "@ns/cgroup";
import {
  type AttributeChange,
  attributesOfFlags,
  cgroup,
  cgroup2,
  planCloneTree,
  planCreate,
  planSetAttributes,
  tmpfs,
} from "@ns/mount";
import {
  close,
  mkdirat,
  MountAttrFlags,
  moveMount,
  MoveMountFlags,
  type Register,
  step,
  type Step,
  symlinkat,
} from "@ns/syscalls";
import type { BundleFacts } from "./facts.ts";
import type { KnownPlaces } from "./known-places.ts";
import type { PlannedMount } from "./mounts.ts";
import { attachAt, type Place } from "./place.ts";
import { unsupported } from "./unsupported.ts";

/** What a mount of the type `cgroup` asks for, and what the container has. */
export interface CgroupMountRequest {
  readonly destination: string;
  /** `MS_*`. */
  readonly flags: number;
  /** The container sees its own cgroup as the root of all. */
  readonly ownNamespace: boolean;
  readonly why: string;
}

/** Shows the container's cgroups: v2's tree, or a directory with one of each hierarchy of v1. */
export function planCgroupMount(
  request: CgroupMountRequest,
  facts: BundleFacts,
  known: KnownPlaces,
): PlannedMount {
  const { destination, flags, why } = request;
  const attributes = attributesOfFlags(flags);
  const place: Place = {
    path: destination,
    kind: "directory",
    fresh: true,
    why,
  };
  const v1 = facts.hierarchies.filter(({ version }) => version === 1);
  if (facts.hierarchies.length === 0)
    throw unsupported(why, "no cgroup file system is mounted");
  if (v1.length === 0) {
    const [only] = facts.hierarchies;
    const shown = showHierarchy(only, request, facts, attributes);
    return {
      take: request.ownNamespace ? [] : shown.steps,
      make: request.ownNamespace ? shown.steps : [],
      attach: attachAt(shown.mount, place, known, [shown.mount]),
    };
  }
  // tells nothing, and holds the others
  const all = planCreate(tmpfs({ mode: 0o755 }), {
    attributes: attributes & ~MountAttrFlags.RDONLY,
    why,
  });
  const shown = v1.map((hierarchy) => ({
    ...showHierarchy(hierarchy, request, facts, attributes),
    name: hierarchy.mountpoint.split("/").at(-1) ?? "",
    hierarchy,
  }));
  const readOnly: AttributeChange = { set: MountAttrFlags.RDONLY };
  const steps = shown.flatMap((each) => each.steps);
  return {
    take: request.ownNamespace ? [] : steps,
    make: [...all.steps, ...(request.ownNamespace ? steps : [])],
    attach: [
      ...attachAt(all.mount, place, known),
      ...shown.flatMap(({ mount, name, hierarchy }) => [
        ...attachBelow(all.mount, name, mount, `${why}: ${destination}`),
        ...linkControllers(all.mount, name, hierarchy),
      ]),
      ...((attributes & MountAttrFlags.RDONLY) === 0
        ? []
        : [planSetAttributes(all.mount, readOnly)]),
      close(all.mount),
    ],
  };
}

/** In a file system that was made a moment ago, and has nothing in it but what we have made. */
function attachBelow(
  directory: Register,
  name: string,
  mount: Register,
  why: string,
): Step[] {
  return [
    mkdirat(directory, name, 0o755),
    step(moveMount(mount, "", directory, name, MoveMountFlags.F_EMPTY_PATH), {
      why: `${why}/${name}`,
      closes: [mount],
    }),
  ];
}

/** `cpu` for a hierarchy that is mounted as `cpu,cpuacct`. */
function linkControllers(
  directory: Register,
  name: string,
  { controllers }: Hierarchy,
): Step[] {
  if (controllers.length < 2) return [];
  return controllers.map((controller) =>
    step(symlinkat(name, directory, controller), { ignore: ["EEXIST"] }),
  );
}

function showHierarchy(
  hierarchy: Hierarchy | undefined,
  { ownNamespace, why }: CgroupMountRequest,
  facts: BundleFacts,
  attributes: number,
): { readonly mount: Register; readonly steps: readonly Step[] } {
  if (hierarchy === undefined) throw unsupported(why, "there is no cgroup");
  const { version, controllers, name, mountpoint } = hierarchy;
  if (ownNamespace) {
    const filesystem =
      version === 2
        ? cgroup2()
        : cgroup({ controllers, ...(name !== undefined && { name }) });
    return planCreate(filesystem, { attributes, why });
  }
  // of v1 the container's own part; v2 without a namespace of one's own is shown whole, as runc does
  const own = version === 1 ? facts.cgroups[mountpoint] : undefined;
  // whole, it is the cgroups of everything else of the same user, too (CVE-2023-25809)
  const isOthers = own === undefined && facts.isRootless;
  return planCloneTree(own ?? mountpoint, {
    attributes: {
      set: attributes | (isOthers ? MountAttrFlags.RDONLY : 0),
      recursive: isOthers,
    },
    why,
  });
}
