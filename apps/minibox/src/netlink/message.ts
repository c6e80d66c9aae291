/** A message of netlink(7): its type, flags and what follows the header. */
export interface NetlinkMessage {
  readonly type: number;
  readonly flags: number;
  readonly sequence: number;
  readonly payload: Buffer;
}

/** Attributes by their type; of one that is there twice the last. */
export type Attributes = ReadonlyMap<number, Buffer>;

/** struct nlmsghdr, struct nlattr: include/uapi/linux/netlink.h. */
const HEADER = 16;
const ATTRIBUTE = 4;
/** Without NLA_F_NESTED and NLA_F_NET_BYTEORDER. */
const TYPE_MASK = 0x3fff;

function aligned(size: number): number {
  return (size + 3) & ~3;
}

/** The bytes of a message. */
export function encodeMessage({
  type,
  flags,
  sequence,
  payload,
}: NetlinkMessage): Buffer {
  const bytes = Buffer.alloc(HEADER + payload.length);
  bytes.writeUInt32LE(bytes.length, 0);
  bytes.writeUInt16LE(type, 4);
  bytes.writeUInt16LE(flags, 6);
  bytes.writeUInt32LE(sequence, 8);
  payload.copy(bytes, HEADER);
  return bytes;
}

/**
 * The messages in what one read returned.
 * @throws {RangeError} if one is cut short.
 */
export function parseMessages(bytes: Buffer): NetlinkMessage[] {
  const messages: NetlinkMessage[] = [];
  for (let at = 0; at < bytes.length;) {
    const left = bytes.length - at;
    const length = left < HEADER ? 0 : bytes.readUInt32LE(at);
    if (length < HEADER || length > left)
      throw new RangeError(
        `invalid netlink message of ${length} bytes: expected ${HEADER} to ${left}`,
      );
    messages.push({
      type: bytes.readUInt16LE(at + 4),
      flags: bytes.readUInt16LE(at + 6),
      sequence: bytes.readUInt32LE(at + 8),
      payload: bytes.subarray(at + HEADER, at + length),
    });
    at += aligned(length);
  }
  return messages;
}

/** The bytes of attributes, each padded to four. */
export function encodeAttributes(
  attributes: Iterable<readonly [type: number, value: Buffer]>,
): Buffer {
  const parts: Buffer[] = [];
  for (const [type, value] of attributes) {
    const bytes = Buffer.alloc(aligned(ATTRIBUTE + value.length));
    bytes.writeUInt16LE(ATTRIBUTE + value.length, 0);
    bytes.writeUInt16LE(type, 2);
    value.copy(bytes, ATTRIBUTE);
    parts.push(bytes);
  }
  return Buffer.concat(parts);
}

/**
 * The attributes in `bytes`.
 * @throws {RangeError} if one is cut short.
 */
export function parseAttributes(bytes: Buffer): Attributes {
  const attributes = new Map<number, Buffer>();
  for (let at = 0; at + ATTRIBUTE <= bytes.length;) {
    const length = bytes.readUInt16LE(at);
    if (length < ATTRIBUTE || at + length > bytes.length)
      throw new RangeError(
        `invalid netlink attribute of ${length} bytes: expected ${ATTRIBUTE} to ${bytes.length - at}`,
      );
    const type = bytes.readUInt16LE(at + 2) & TYPE_MASK;
    attributes.set(type, bytes.subarray(at + ATTRIBUTE, at + length));
    at += aligned(length);
  }
  return attributes;
}

/** A string as an attribute has it. */
export function encodeText(text: string): Buffer {
  return Buffer.from(`${text}\0`);
}

/** A string out of an attribute. */
export function parseText(value: Buffer | undefined): string {
  const text = value?.toString() ?? "";
  const end = text.indexOf("\0");
  return end < 0 ? text : text.slice(0, end);
}

/** A 32-bit number as an attribute has it. */
export function encodeUint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
