import {
  AtFlags,
  chroot,
  CloneFlags,
  close,
  fchdir,
  MountFlags,
  mountSetattr,
  moveMount,
  openat,
  type Register,
  register,
  ResolveFlags,
  setns,
  step,
  type Step,
} from "@ns/syscalls";
import type { BundleFacts } from "./facts.ts";
import type { HookRoot } from "./hook-root.ts";
import type { JoinedMounts } from "./namespaces.ts";
import { DIRECTORY, openInside, partsOf, TO_DESCRIPTOR } from "./place.ts";
import { unsupported } from "./unsupported.ts";

/** What the way into another's mount namespace depends on. */
export interface JoinedRootFacts {
  readonly machine: BundleFacts;
  readonly hasEarlyHooks: boolean;
  readonly hasNewUserNamespace: boolean;
}

/**
 * Plans the way to a root that `taken` holds, in a mount namespace that others are in. Until `enter` the process is in a copy
 * of the host's, where all has been taken hold of; from then on nothing of the host's is looked up any more.
 *
 * Nor does pivot_root(2) come into it: it would move everybody in there to the container's root, and unmount theirs. The
 * root is attached to a directory that nobody else has a use for, and chroot(2) makes it this process's. Removing that
 * directory, from anywhere, detaches all that was mounted there, even when the process is gone.
 */
export function planJoinedRoot(
  taken: Register,
  { path, member }: JoinedMounts,
  { machine, hasEarlyHooks, hasNewUserNamespace }: JoinedRootFacts,
): HookRoot {
  const { mountNamespace, foothold: place } = machine;
  if (machine.isOwnNamespace(path))
    throw unsupported(
      `${member}.path`,
      `the mount namespace '${path}' is the host's, where the container's mounts do not belong`,
    );
  if (hasNewUserNamespace)
    throw unsupported(
      `${member}.path`,
      "a new user namespace has no right to a mount namespace that is there already; join the user namespace that owns it",
    );
  if (mountNamespace === undefined)
    throw new TypeError(`expected '${path}' open`);
  const others = register("the others' root");
  return {
    enter: [
      step(setns(mountNamespace, CloneFlags.NEWNS), {
        why: `${member}: join the mount namespace '${path}'`,
      }),
      close(mountNamespace),
      ...(hasEarlyHooks
        ? [
            step(openat(AtFlags.FDCWD, "/", DIRECTORY), {
              into: others,
              why: "the way back, for hooks",
            }),
          ]
        : []),
      ...findFoothold(place, member, path),
      step(
        mountSetattr(taken, "", AtFlags.EMPTY_PATH, {
          propagation: MountFlags.SLAVE,
        }),
        { why: "what is mounted in it shows nowhere else" },
      ),
      step(moveMount(taken, "", foothold, "", TO_DESCRIPTOR), {
        why: "the root, at a place of its own",
        closes: [foothold],
      }),
      fchdir(taken),
      step(chroot("."), {
        why: "no path leads out of it",
        closes: hasEarlyHooks ? [] : [taken],
      }),
    ],
    showHost: hasEarlyHooks
      ? [
          fchdir(others),
          step(chroot("."), { why: "hooks see what the others there see" }),
        ]
      : [],
    finish: hasEarlyHooks
      ? [
          step(fchdir(taken), { why: "the container's root again" }),
          step(chroot("."), { closes: [others, taken] }),
        ]
      : [],
  };
}

const foothold = register("foothold");
const above = register("above the foothold");

/** Opens the directory, and keeps what is mounted there from whomever the mount that it is on is shared with. */
function findFoothold(path: string, member: string, namespace: string): Step[] {
  const parts = partsOf(path);
  return [
    step(openDirectory(parts), {
      into: foothold,
      why: `${member}: the root's place in '${namespace}', which has to show the directory of the containers' state`,
    }),
    ...loosenMountOf(parts),
  ];
}

/**
 * Changes the mount that a directory is on, and no other of the namespace, unlike runc. It is found from below: what is not
 * the root of a mount is EINVAL.
 */
function loosenMountOf(parts: readonly string[]): Step[] {
  const isLast = parts.length === 0;
  return [
    step(openDirectory(parts), { into: above }),
    step(
      mountSetattr(above, "", AtFlags.EMPTY_PATH, {
        propagation: MountFlags.SLAVE,
      }),
      {
        why: "what is mounted there does not show in other namespaces",
        closes: [above],
        ...(!isLast && {
          ignore: ["EINVAL"],
          otherwise: loosenMountOf(parts.slice(0, -1)),
        }),
      },
    ),
  ];
}

function openDirectory(parts: readonly string[]): Step {
  const { NO_SYMLINKS } = ResolveFlags;
  return openInside(`/${parts.join("/")}`, DIRECTORY, NO_SYMLINKS);
}
