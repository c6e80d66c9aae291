import type { Device } from "@ns/oci";
import {
  AtFlags,
  close,
  fchmodat,
  fchownat,
  type Fd,
  FileMode,
  makedev,
  mknodat,
  mountSetattr,
  openat,
  OpenFlags,
  register,
  type Register,
  step,
  type Step,
  symlinkat,
  unlinkat,
} from "@ns/syscalls";
import { DEVICE, LINKS } from "../devices.ts";
import { takeFromHost } from "../isolate.ts";
import type { KnownPlaces } from "./known-places.ts";
import { attachAt, inParents, partsOf } from "./place.ts";

/** The devices that every container has; see config-linux.md, "Default devices". */
const DEFAULT: readonly Device[] = (
  [
    ["null", 1, 3],
    ["zero", 1, 5],
    ["full", 1, 7],
    ["random", 1, 8],
    ["urandom", 1, 9],
    ["tty", 5, 0],
  ] as const
).map(([name, major, minor]) => ({
  ...{ type: "c", path: `/dev/${name}`, major, minor },
  ...{ fileMode: 0o666, uid: 0, gid: 0 },
}));

const TYPES = {
  c: FileMode.IFCHR,
  u: FileMode.IFCHR,
  b: FileMode.IFBLK,
  p: FileMode.IFIFO,
} as const;

/** The devices of a container, in the order they are made, and those that are the host's own files. */
export interface DeviceFiles {
  readonly steps: readonly Step[];
  readonly devices: readonly {
    readonly device: Device;
    readonly mount?: Register;
  }[];
}

/** Takes the host's device files where none can be made: in a user namespace, or without CAP_MKNOD. */
export function takeDeviceFiles(
  configured: readonly Device[],
  canMake: boolean,
): DeviceFiles {
  const own = new Set(
    configured.map(({ path }) => `/${partsOf(path).join("/")}`),
  );
  const devices = [
    ...DEFAULT.filter(({ path }) => !own.has(path)),
    ...configured,
  ];
  const steps: Step[] = [];
  return {
    steps,
    devices: devices.map((device) => {
      if (canMake || device.type === "p") return { device };
      const taken = takeFromHost(device.path, "a device of the host's");
      const restrict = { attr_set: DEVICE };
      steps.push(
        ...taken.steps,
        mountSetattr(taken.mount, "", AtFlags.EMPTY_PATH, restrict),
      );
      return { device, mount: taken.mount };
    }),
  };
}

/** Makes the devices, or shows the host's. */
export function makeDeviceFiles(
  { devices }: DeviceFiles,
  known: KnownPlaces,
): Step[] {
  const made = devices
    .filter(({ mount }) => mount === undefined)
    .map(({ device }) => ({ ...device, why: `the device ${device.path}` }));
  return [
    ...inParents(made, known, makeDevice),
    ...devices.flatMap(({ device: { path }, mount }) =>
      mount === undefined
        ? []
        : attachAt(mount, { path, kind: "file", why: "a device" }, known, [
            mount,
          ]),
    ),
  ];
}

function makeDevice(
  directory: Fd,
  name: string,
  device: Device & { readonly why: string },
): Step[] {
  const { why, type, fileMode = 0o666, uid = 0, gid = 0 } = device;
  const permissions = fileMode & 0o7777;
  const number =
    type === "p"
      ? 0
      : makedev(Number(device.major ?? 0), Number(device.minor ?? 0));
  const make = mknodat(directory, name, TYPES[type] | permissions, number);
  const adjust = [
    ...(uid === 0 && gid === 0
      ? []
      : [fchownat(directory, name, uid, gid, AtFlags.SYMLINK_NOFOLLOW)]),
    ...(permissions === fileMode
      ? []
      : [fchmodat(directory, name, permissions)]),
  ];
  // what the image has there stays as it is: only what was made is given away (CVE-2026-88265 of crun)
  return adjust.length === 0
    ? [step(make, { why, ignore: ["EEXIST"] })]
    : [
        step(openat(directory, name, PLACE), {
          ...{ into: found, why, ignore: ["ENOENT"] },
          otherwise: [step(make, { why }), ...adjust],
        }),
        step(close(found), { ignore: ["EBADF"] }),
      ];
}

const found = register("device");
const PLACE = OpenFlags.PATH | OpenFlags.NOFOLLOW | OpenFlags.CLOEXEC;

/** The links that programs expect in /dev. */
export function makeDeviceLinks(hasKcore: boolean, known: KnownPlaces): Step[] {
  const links = Object.entries(LINKS)
    .filter(([name]) => name !== "core" || hasKcore)
    .map(([name, target]) => {
      const path = `/dev/${name}`;
      return { path, target, why: path };
    });
  return inParents(links, known, (directory, name, { target }) => [
    // a device of the host's would be the wrong multiplexer
    ...(name === "ptmx"
      ? [step(unlinkat(directory, name), { ignore: ["ENOENT"] })]
      : []),
    step(symlinkat(target, directory, name), { ignore: ["EEXIST"] }),
  ]);
}
