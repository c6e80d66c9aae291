import type { Config } from "@ns/oci";
import { SyscallError } from "@ns/syscalls";
import { addAddress, isPortable, listAddresses } from "../netlink/address.ts";
import { type Link, listLinks, moveLink, setLinkUp } from "../netlink/link.ts";
import { RouteSocket } from "../netlink/route-socket.ts";
import { routeSocketOf } from "../netlink/socket-of-process.ts";
import { unsupported } from "../plan/oci/unsupported.ts";

/** Whether the container gets network devices of the host. */
export function hasNetDevices({ linux }: Config): boolean {
  return Object.keys(linux?.netDevices ?? {}).length > 0;
}

/**
 * Moves network devices of the host to the network of a process: each under its name there, with the addresses that mean
 * the same there, and up. What else it has (MTU, hardware address, queues) stays, for it is the same device.
 * @throws {MiniboxError} `ERR_UNSUPPORTED`, naming the device.
 */
export async function moveNetDevices(
  { linux: { netDevices = {} } = {} }: Config,
  pid: number,
): Promise<void> {
  const devices = Object.entries(netDevices);
  if (devices.length === 0) return;
  using host = RouteSocket.open();
  using inside = await routeSocketOf(pid);
  for (const [name, { name: newName = "" }] of devices) {
    const wanted = newName === "" ? name : newName;
    try {
      moveOne({ host, inside }, name, { pid, name: wanted });
    } catch (error) {
      if (!(error instanceof SyscallError)) throw error;
      throw unsupported(
        `linux.netDevices[${JSON.stringify(name)}]`,
        error.message,
      );
    }
  }
}

interface Networks {
  readonly host: RouteSocket;
  readonly inside: RouteSocket;
}

function moveOne(
  { host, inside }: Networks,
  name: string,
  to: { readonly pid: number; readonly name: string },
): void {
  const path = `linux.netDevices[${JSON.stringify(name)}]`;
  const link = find(listLinks(host), name);
  if (link === undefined)
    throw unsupported(path, `the host has no network device '${name}'`);
  // the kernel would move it first, and then find the name taken
  const before = listLinks(inside);
  if (find(before, to.name) !== undefined)
    throw unsupported(
      path,
      `the container's network has a device '${to.name}' already`,
    );
  const addresses = listAddresses(host, link).filter(isPortable);
  // whatever the host does with it ends before it goes
  setLinkUp(host, link, false);
  moveLink(host, link, to);
  const known = new Set(before.map(({ index }) => index));
  // a name with %d is the kernel's to choose
  const moved = listLinks(inside).find(({ index }) => !known.has(index));
  if (moved === undefined)
    throw unsupported(path, `'${name}' is gone from where it was moved to`);
  for (const address of addresses) addAddress(inside, moved, address);
  setLinkUp(inside, moved, true);
}

function find(links: readonly Link[], wanted: string): Link | undefined {
  return links.find(({ name }) => name === wanted);
}
