import {
  encodeAttributes,
  encodeText,
  encodeUint32,
  parseAttributes,
  parseText,
} from "./message.ts";
import { MessageFlags, type RouteSocket } from "./route-socket.ts";

/** Types of message: include/uapi/linux/rtnetlink.h. */
const RTM_NEWLINK = 16;
const RTM_GETLINK = 18;

/** Attributes of a network device (`IFLA_`): include/uapi/linux/if_link.h. */
const LinkAttributes = { IFNAME: 3, NET_NS_PID: 19 } as const;

/** IFF_UP of include/uapi/linux/if.h. */
const UP = 1;

/** A network device. */
export interface Link {
  readonly index: number;
  readonly name: string;
}

/** The network devices of a namespace. */
export function listLinks(route: RouteSocket): Link[] {
  return route
    .request({
      ...{ name: "RTM_GETLINK", type: RTM_GETLINK, flags: MessageFlags.DUMP },
      payload: linkHeader({}),
    })
    .map(({ payload }) => parseLink(payload));
}

/** A network device out of an answer: struct ifinfomsg and attributes. */
export function parseLink(payload: Buffer): Link {
  const attributes = parseAttributes(payload.subarray(LINK_HEADER));
  return {
    index: payload.readInt32LE(4),
    name: parseText(attributes.get(LinkAttributes.IFNAME)),
  };
}

/**
 * Moves a network device to the network namespace of a process, under a name there, in one step. It is down then, and
 * without addresses.
 * @throws {SyscallError} `EEXIST` if the name is taken; `EINVAL` for a device that is bound to its namespace; `EPERM`.
 */
export function moveLink(
  route: RouteSocket,
  { index, name }: Link,
  to: { readonly pid: number; readonly name: string },
): void {
  const attributes = encodeAttributes([
    [LinkAttributes.NET_NS_PID, encodeUint32(to.pid)],
    [LinkAttributes.IFNAME, encodeText(to.name)],
  ]);
  route.request({
    ...{ name: "RTM_NEWLINK", type: RTM_NEWLINK, subject: name },
    payload: Buffer.concat([linkHeader({ index }), attributes]),
  });
}

/** Sets a network device up or down. */
export function setLinkUp(
  route: RouteSocket,
  { index, name }: Link,
  up: boolean,
): void {
  route.request({
    ...{ name: "RTM_NEWLINK", type: RTM_NEWLINK, subject: name },
    payload: linkHeader({ index, flags: up ? UP : 0, change: UP }),
  });
}

const LINK_HEADER = 16;

/** struct ifinfomsg. */
function linkHeader({ index = 0, flags = 0, change = 0 }): Buffer {
  const bytes = Buffer.alloc(LINK_HEADER);
  bytes.writeInt32LE(index, 4);
  bytes.writeUInt32LE(flags, 8);
  bytes.writeUInt32LE(change, 12);
  return bytes;
}
