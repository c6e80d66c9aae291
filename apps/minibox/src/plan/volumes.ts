import {
  AtFlags,
  close,
  FileMode,
  mkdirat,
  mknodat,
  MountAttrFlags,
  mountSetattr,
  moveMount,
  MoveMountFlags,
  type Register,
  step,
  type Step,
} from "@ns/syscalls";
import type { Volume } from "../options.ts";
import { takeFromHost } from "./isolate.ts";

/** A volume whose source is known to be there, and what it is. */
export interface ResolvedVolume extends Volume {
  readonly type: "directory" | "file";
}

/** A volume taken hold of on the host. */
export interface TakenVolume {
  readonly volume: ResolvedVolume;
  readonly mount: Register;
  readonly steps: readonly Step[];
}

/** Takes hold of the sources before the root changes: what they are is settled by descriptor. */
export function takeVolumes(volumes: readonly ResolvedVolume[]): TakenVolume[] {
  return volumes.map((volume) => {
    const { mount, steps } = takeFromHost(volume.source, "a volume");
    const readOnly = volume.readOnly === true;
    const restrict = mountSetattr(
      mount,
      "",
      AtFlags.EMPTY_PATH | AtFlags.RECURSIVE,
      {
        attr_set: MountAttrFlags.NODEV | (readOnly ? MountAttrFlags.RDONLY : 0),
      },
    );
    const why = readOnly
      ? "without devices, and all of it read-only"
      : "without devices";
    return { volume, mount, steps: [...steps, step(restrict, { why })] };
  });
}

/** Attaches the volumes in the new root, making the places they go to. */
export function attachVolumes(taken: readonly TakenVolume[]): Step[] {
  return taken.flatMap(({ volume, mount }) => [
    ...makePlace(volume),
    step(
      moveMount(
        mount,
        "",
        AtFlags.FDCWD,
        volume.destination,
        MoveMountFlags.F_EMPTY_PATH | MoveMountFlags.T_SYMLINKS,
      ),
      { why: `the host's ${volume.source}` },
    ),
    close(mount),
  ]);
}

function makePlace({ destination, type }: ResolvedVolume): Step[] {
  const parts = destination.split("/").filter((part) => part !== "");
  const directories = type === "directory" ? parts : parts.slice(0, -1);
  const made = directories.map((_, i) =>
    step(
      mkdirat(
        AtFlags.FDCWD,
        `/${directories.slice(0, i + 1).join("/")}`,
        0o755,
      ),
      { ignore: ["EEXIST", "EROFS"] },
    ),
  );
  if (type === "directory") return made;
  return [
    ...made,
    step(mknodat(AtFlags.FDCWD, destination, FileMode.IFREG | 0o644, 0), {
      ignore: ["EEXIST", "EROFS"],
    }),
  ];
}
