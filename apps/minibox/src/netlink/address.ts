import {
  type Attributes,
  encodeAttributes,
  encodeUint32,
  parseAttributes,
} from "./message.ts";
import { MessageFlags, type RouteSocket } from "./route-socket.ts";
import type { Link } from "./link.ts";

/** Types of message: include/uapi/linux/rtnetlink.h. */
const RTM_NEWADDR = 20;
const RTM_GETADDR = 22;

/** RT_SCOPE_UNIVERSE: what is good beyond the link, `scope global`. */
const GLOBAL = 0;

/** Attributes of an address (`IFA_`): include/uapi/linux/if_addr.h. */
const AddressAttributes = {
  ADDRESS: 1,
  LOCAL: 2,
  BROADCAST: 4,
  ANYCAST: 5,
  FLAGS: 8,
  RT_PRIORITY: 9,
  PROTO: 11,
} as const;

/** Flags of an address (`IFA_F_`). */
const AddressFlags = {
  NODAD: 0x2,
  HOMEADDRESS: 0x10,
  PERMANENT: 0x80,
  MANAGETEMPADDR: 0x100,
  NOPREFIXROUTE: 0x200,
  MCAUTOJOIN: 0x400,
} as const;

/** Those that whoever sets an address chooses. The others tell what has become of it. */
const CHOSEN =
  AddressFlags.NODAD |
  AddressFlags.HOMEADDRESS |
  AddressFlags.MANAGETEMPADDR |
  AddressFlags.NOPREFIXROUTE |
  AddressFlags.MCAUTOJOIN;

/** An address of a network device, as the kernel tells it. */
export interface Address {
  readonly family: number;
  readonly prefixLength: number;
  readonly scope: number;
  readonly index: number;
  readonly flags: number;
  readonly attributes: Attributes;
}

/** The addresses of a network device, of all families. */
export function listAddresses(route: RouteSocket, { index }: Link): Address[] {
  return route
    .request({
      ...{ name: "RTM_GETADDR", type: RTM_GETADDR, flags: MessageFlags.DUMP },
      payload: Buffer.alloc(ADDRESS_HEADER),
    })
    .map(({ payload }) => parseAddress(payload))
    .filter((address) => address.index === index);
}

/** An address out of an answer: struct ifaddrmsg and attributes. */
export function parseAddress(payload: Buffer): Address {
  const attributes = parseAttributes(payload.subarray(ADDRESS_HEADER));
  return {
    family: payload.readUInt8(0),
    prefixLength: payload.readUInt8(1),
    // a byte is not enough for all of them any more
    flags:
      attributes.get(AddressAttributes.FLAGS)?.readUInt32LE() ??
      payload.readUInt8(2),
    scope: payload.readUInt8(3),
    index: payload.readUInt32LE(4),
    attributes,
  };
}

/** Whether an address means the same in another namespace: somebody has set it, for good, and not for the link alone. */
export function isPortable({ scope, flags }: Address): boolean {
  return scope === GLOBAL && (flags & AddressFlags.PERMANENT) !== 0;
}

/** Gives a network device an address that another, or the same one elsewhere, has had. */
export function addAddress(
  route: RouteSocket,
  { index, name }: Link,
  address: Address,
): void {
  const { CREATE, EXCL } = MessageFlags;
  route.request({
    ...{ name: "RTM_NEWADDR", type: RTM_NEWADDR, subject: name },
    flags: CREATE | EXCL,
    payload: encodeAddress({ ...address, index }),
  });
}

const ADDRESS_HEADER = 8;

/** What is asked for: struct ifaddrmsg and attributes. The label is left out, which has the device's old name in it. */
export function encodeAddress(address: Address): Buffer {
  const header = Buffer.alloc(ADDRESS_HEADER);
  header.writeUInt8(address.family, 0);
  header.writeUInt8(address.prefixLength, 1);
  header.writeUInt8(address.scope, 3);
  header.writeUInt32LE(address.index, 4);
  const { FLAGS, ...others } = AddressAttributes;
  const kept = Object.values(others).flatMap((type) => {
    const value = address.attributes.get(type);
    return value === undefined ? [] : [[type, value] as const];
  });
  const flags = encodeUint32(address.flags & CHOSEN);
  return Buffer.concat([header, encodeAttributes([...kept, [FLAGS, flags]])]);
}
