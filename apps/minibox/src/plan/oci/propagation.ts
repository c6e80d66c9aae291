import type { RootfsPropagation } from "@ns/oci";
import { mount, MountFlags, step, type Step } from "@ns/syscalls";

const { SHARED, SLAVE, PRIVATE, UNBINDABLE, REC } = MountFlags;

const FLAGS: Readonly<Record<Exclude<RootfsPropagation, "">, number>> = {
  shared: SHARED,
  slave: SLAVE,
  private: PRIVATE,
  unbindable: UNBINDABLE,
  rshared: SHARED | REC,
  rslave: SLAVE | REC,
  rprivate: PRIVATE | REC,
  runbindable: UNBINDABLE | REC,
};

/**
 * What the host mounts shows in what is taken of it, and nothing the other way round; unless the container's root is
 * to be shared, when what is taken stays in its peer group.
 */
export function loosenFromHost(propagation: RootfsPropagation = ""): Step[] {
  if (propagation === "shared" || propagation === "rshared") return [];
  return [
    step(mount(null, "/", null, REC | SLAVE, null), {
      why: "nothing mounted here shows on the host",
    }),
  ];
}

/** The propagation of the new root. */
export function propagateRoot(propagation: RootfsPropagation = ""): Step[] {
  if (propagation === "") return [];
  return [
    step(mount(null, "/", null, FLAGS[propagation], null), {
      why: "rootfsPropagation",
    }),
  ];
}
