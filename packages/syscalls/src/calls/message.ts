import type { Arena } from "../arena.ts";
import type { Fd } from "../argument.ts";
import { MsgFlags, ScmTypes, SocketLevel } from "../constants/socket.ts";
import { fd, flags, type Param } from "../param.ts";
import { input } from "../pointer.ts";
import {
  decodeStruct,
  encodeStruct,
  type Field,
  type Layout,
  layout,
  writeStruct,
} from "../struct.ts";
import { define, type Syscall } from "../syscall.ts";

/** A message for {@link sendmsg}. */
export interface Message {
  readonly data: Uint8Array | string;
  /** Descriptors to pass on (SCM_RIGHTS), at most 253; they may be registers. A stream needs a byte of data with them. */
  readonly fds?: readonly Fd[];
  /** The receiver's sockaddr, for a socket that is not connected. */
  readonly address?: Uint8Array;
}

const MSG_FLAGS = flags("flags", { prefix: "MSG_", values: MsgFlags });

const sysSendmsg = define(
  "sendmsg",
  { x64: 46, arm64: 211 },
  () => [fd("sockfd"), outgoing("msg"), MSG_FLAGS],
  {
    man: "send(2)",
  },
);

/** Sends a message, with descriptors if asked; the result is how many bytes of data went; see send(2), unix(7). */
export function sendmsg(
  socketFd: Fd,
  message: Message,
  msgFlags: number = MsgFlags.NOSIGNAL,
): Syscall {
  return sysSendmsg(socketFd, message, msgFlags);
}

/** Passes descriptors on over a Unix socket, with one byte of data; see unix(7). */
export function sendFds(socketFd: Fd, fds: readonly Fd[]): Syscall {
  return sendmsg(socketFd, { data: "\0", fds });
}

/** Where {@link recvmsg} puts what it receives. */
export interface MessageBuffer {
  readonly data: Uint8Array;
  readonly control: Uint8Array;
  /** struct msghdr, as the kernel left it. */
  readonly header: Uint8Array;
}

/** Makes room for a message of `dataBytes` with up to `fds` descriptors. */
export function messageBuffer({
  dataBytes,
  fds,
}: {
  dataBytes: number;
  fds: number;
}): MessageBuffer {
  return {
    data: new Uint8Array(dataBytes),
    control: new Uint8Array(alignedTo8(CMSG_HEADER + fds * 4)),
    header: new Uint8Array(msghdrLayout.size),
  };
}

const sysRecvmsg = define(
  "recvmsg",
  { x64: 47, arm64: 212 },
  () => [fd("sockfd"), incoming("msg"), MSG_FLAGS],
  {
    man: "recv(2)",
  },
);

/**
 * Receives a message into `buffer`, which {@link parseMessage} reads; the result is how many bytes of data
 * came, 0 at the end; see recv(2). Descriptors are close-on-exec unless the flags are given.
 */
export function recvmsg(
  socketFd: Fd,
  buffer: MessageBuffer,
  msgFlags: number = MsgFlags.CMSG_CLOEXEC,
): Syscall {
  return sysRecvmsg(socketFd, buffer, msgFlags);
}

/** What {@link recvmsg} received. */
export interface ReceivedMessage {
  readonly data: Uint8Array;
  /** Descriptors, now ours: to be closed here. */
  readonly fds: readonly number[];
  /** Data was lost, because the datagram was longer than the buffer. */
  readonly dataTruncated: boolean;
  /** Descriptors were lost, because there were more than the buffer has room for. */
  readonly fdsTruncated: boolean;
}

/** Reads what {@link recvmsg}, whose result was `received`, left in `buffer`. */
export function parseMessage(
  buffer: MessageBuffer,
  received: number,
): ReceivedMessage {
  const header = decodeStruct(msghdrLayout, buffer.header);
  const control = buffer.control.subarray(0, Number(header.msg_controllen));
  const result = Number(header.msg_flags);
  return {
    data: buffer.data.subarray(0, received),
    fds: receivedFds(control),
    dataTruncated: (result & MsgFlags.TRUNC) !== 0,
    fdsTruncated: (result & MsgFlags.CTRUNC) !== 0,
  };
}

function receivedFds(control: Uint8Array): number[] {
  const view = new DataView(
    control.buffer,
    control.byteOffset,
    control.byteLength,
  );
  const fds: number[] = [];
  for (let at = 0; at + CMSG_HEADER <= control.byteLength;) {
    const header = decodeStruct(
      cmsghdrLayout,
      control.subarray(at, at + CMSG_HEADER),
    );
    const length = Number(header.cmsg_len);
    if (length < CMSG_HEADER) break;
    if (
      Number(header.cmsg_level) === SocketLevel.SOCKET &&
      Number(header.cmsg_type) === ScmTypes.RIGHTS
    ) {
      const end = Math.min(at + length, control.byteLength);
      for (let i = at + CMSG_HEADER; i + 4 <= end; i += 4)
        fds.push(view.getInt32(i, true));
    }
    at += alignedTo8(length);
  }
  return fds;
}

const ADDRESS: Field = {
  type: "u64",
  param: { name: "address", encode: (value: never) => value, format: String },
};

type MsghdrField =
  | "msg_name"
  | "msg_namelen"
  | "msg_iov"
  | "msg_iovlen"
  | "msg_control"
  | "msg_controllen"
  | "msg_flags";

/** struct user_msghdr of include/linux/socket.h: struct msghdr of a 64-bit program. */
export const msghdrLayout: Layout<Record<MsghdrField, unknown>> = layout<
  Record<MsghdrField, unknown>
>("msghdr", {
  msg_name: ADDRESS,
  msg_namelen: "u32",
  msg_iov: ADDRESS,
  msg_iovlen: "u64",
  msg_control: ADDRESS,
  msg_controllen: "u64",
  msg_flags: "u32",
});

/** struct iovec of include/uapi/linux/uio.h. */
export const iovecLayout: Layout<Record<"iov_base" | "iov_len", unknown>> =
  layout<Record<"iov_base" | "iov_len", unknown>>("iovec", {
    iov_base: ADDRESS,
    iov_len: "u64",
  });

type Cmsghdr = Record<"cmsg_len" | "cmsg_level" | "cmsg_type", number>;

/** struct cmsghdr of include/linux/socket.h, before its data. */
export const cmsghdrLayout: Layout<Cmsghdr> = layout<Cmsghdr>("cmsghdr", {
  cmsg_len: "u64",
  cmsg_level: "i32",
  cmsg_type: "i32",
});

const CMSG_HEADER = 16;

function alignedTo8(size: number): number {
  return (size + 7) & ~7;
}

function outgoing(name: string): Param<Message> {
  const bytes = input("data");
  const descriptor = fd("fd");
  return {
    name,
    encode: ({ data, fds = [], address }, arena) => {
      const payload = typeof data === "string" ? Buffer.from(data) : data;
      const iov = encodeStruct(
        iovecLayout,
        { iov_base: arena.place(payload), iov_len: payload.byteLength },
        arena,
      );
      return encodeStruct(
        msghdrLayout,
        {
          msg_name: address === undefined ? 0 : arena.place(address),
          msg_namelen: address?.byteLength ?? 0,
          msg_iov: iov,
          msg_iovlen: 1,
          msg_control:
            fds.length === 0
              ? 0
              : { kind: "pointer", at: placeRights(fds, arena) },
          msg_controllen:
            fds.length === 0 ? 0 : alignedTo8(CMSG_HEADER + fds.length * 4),
          msg_flags: 0,
        },
        arena,
      );
    },
    format: ({ data, fds = [] }) => {
      const rights = fds.map((each) => descriptor.format(each)).join(", ");
      const control = `, msg_control=[{cmsg_level=SOL_SOCKET, cmsg_type=SCM_RIGHTS, cmsg_data=[${rights}]}]`;
      return `{msg_iov=[{iov_base=${bytes.format(data)}}]${fds.length === 0 ? "" : control}}`;
    },
  };
}

/** Places a control message that passes `fds` on. */
function placeRights(fds: readonly Fd[], arena: Arena): number {
  const descriptor = fd("fd");
  const size = CMSG_HEADER + fds.length * 4;
  const at = arena.reserve(alignedTo8(size));
  const header = {
    cmsg_len: size,
    cmsg_level: SocketLevel.SOCKET,
    cmsg_type: ScmTypes.RIGHTS,
  };
  writeStruct(cmsghdrLayout, header, arena, at);
  for (const [i, each] of fds.entries())
    arena.write(at + CMSG_HEADER + i * 4, 4, descriptor.encode(each, arena));
  return at;
}

function incoming(name: string): Param<MessageBuffer> {
  return {
    name,
    encode: ({ data, control, header }, arena) => {
      const dataAt = received(data, arena);
      const controlAt = received(control, arena);
      const iov = encodeStruct(
        iovecLayout,
        { iov_base: dataAt, iov_len: data.byteLength },
        arena,
      );
      const message = encodeStruct(
        msghdrLayout,
        {
          msg_name: 0,
          msg_namelen: 0,
          msg_iov: iov,
          msg_iovlen: 1,
          msg_control: control.byteLength === 0 ? 0 : controlAt,
          msg_controllen: control.byteLength,
          msg_flags: 0,
        },
        arena,
      );
      arena.copies.push({ at: message.at, target: header });
      return message;
    },
    format: ({ data }) =>
      `{msg_iov=[{iov_base=/* ${data.byteLength} bytes */}]}`,
  };
}

function received(
  target: Uint8Array,
  arena: Arena,
): { kind: "pointer"; at: number } {
  const at = arena.reserve(target.byteLength);
  arena.copies.push({ at, target });
  return { kind: "pointer", at };
}
