import {
  AtFlags,
  fsconfigCreate,
  fsconfigString,
  fsmount,
  FsmountFlags,
  fsopen,
  FsopenFlags,
  mount,
  MountAttrFlags,
  MountFlags,
  openTree,
  OpenTreeFlags,
  type Register,
  register,
  step,
  type Step,
} from "@ns/syscalls";

/** What no file system of a container grants but its root. */
export const INERT: number =
  MountAttrFlags.NOSUID | MountAttrFlags.NODEV | MountAttrFlags.NOEXEC;

/** Cuts the mount namespace off: what is mounted here never shows on the host. */
export function makePrivate(): Step {
  // systemd makes `/` shared, and a new mount namespace inherits that.
  return step(
    mount(null, "/", null, MountFlags.REC | MountFlags.PRIVATE, null),
    {
      why: "nothing mounted here shows on the host",
    },
  );
}

/**
 * Makes a file system that is mounted nowhere yet. The kernel grants a user namespace a new procfs or sysfs only
 * while the host's is in sight, so they are made before the root changes and attached after.
 */
export function makeDetached(
  fsType: string,
  attributes: number,
  settings: Readonly<Record<string, string>> = {},
): { readonly mount: Register; readonly steps: Step[] } {
  const context = register(`${fsType} context`);
  const detached = register(fsType);
  return {
    mount: detached,
    steps: [
      step(fsopen(fsType, FsopenFlags.CLOEXEC), {
        into: context,
        why: `a new ${fsType}`,
      }),
      fsconfigString(context, "source", fsType),
      ...Object.entries(settings).map(([key, value]) =>
        fsconfigString(context, key, value),
      ),
      fsconfigCreate(context),
      step(fsmount(context, FsmountFlags.CLOEXEC, attributes), {
        into: detached,
        why: "attached once the root is ours",
      }),
    ],
  };
}

/** Takes hold of a file or directory of the host, with what is mounted below it, by descriptor. */
export function takeFromHost(
  path: string,
  why: string,
): { readonly mount: Register; readonly steps: Step[] } {
  const taken = register(path);
  const flags =
    OpenTreeFlags.CLONE | OpenTreeFlags.CLOEXEC | OpenTreeFlags.RECURSIVE;
  return {
    mount: taken,
    steps: [step(openTree(AtFlags.FDCWD, path, flags), { into: taken, why })],
  };
}
