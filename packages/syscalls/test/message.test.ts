import { readlinkSync } from "node:fs";
import { expect, test } from "vitest";
import * as ns from "../src/index.ts";
import { closedLater, opened } from "./internal/opened.ts";

const { CLOEXEC } = ns.SocketType;

function pair(type: number): readonly [number, number] {
  const ends = new Int32Array(2);
  ns.invoke(ns.socketpair(ns.SocketFamily.UNIX, type | CLOEXEC, 0, ends));
  const [near = -1, far = -1] = [...ends].map(closedLater);
  return [near, far];
}

const open = (path: string): number =>
  opened(
    ns.openat(ns.AtFlags.FDCWD, path, ns.OpenFlags.PATH | ns.OpenFlags.CLOEXEC),
  );
const pathOf = (fd: number): string =>
  readlinkSync(`/proc/self/fd/${String(fd)}`);

test.each([1, 2, 3, 8])(
  "%i descriptors arrive in their order, close-on-exec, beside the data",
  (count) => {
    const [near, far] = pair(ns.SocketType.STREAM);
    const paths = [
      "/dev/null",
      "/dev/zero",
      "/",
      "/proc",
      "/dev/full",
      "/usr",
      "/dev",
      "/etc",
    ].slice(0, count);
    expect(
      ns.invoke(ns.sendmsg(near, { data: "hello", fds: paths.map(open) })),
    ).toBe(5);
    const buffer = ns.messageBuffer({ dataBytes: 64, fds: 8 });
    const message = ns.parseMessage(buffer, ns.invoke(ns.recvmsg(far, buffer)));
    message.fds.forEach(closedLater);
    expect(Buffer.from(message.data).toString()).toBe("hello");
    expect(message.fds.map(pathOf)).toEqual(paths);
    expect(message).toMatchObject({
      dataTruncated: false,
      fdsTruncated: false,
    });
    for (const fd of message.fds)
      expect(ns.invoke(ns.fcntl(fd, ns.FcntlCommands.GETFD))).toBe(
        ns.FdFlags.CLOEXEC,
      );
  },
);

test("what there is no room for is told to be lost", () => {
  const [near, far] = pair(ns.SocketType.DGRAM);
  ns.invoke(
    ns.sendmsg(near, {
      data: "hello",
      fds: ["/", "/proc", "/dev", "/usr"].map(open),
    }),
  );
  const buffer = ns.messageBuffer({ dataBytes: 2, fds: 2 });
  const message = ns.parseMessage(buffer, ns.invoke(ns.recvmsg(far, buffer)));
  message.fds.forEach(closedLater);
  expect(Buffer.from(message.data).toString()).toBe("he");
  expect(message.fds.map(pathOf)).toEqual(["/", "/proc"]);
  expect(message).toMatchObject({ dataTruncated: true, fdsTruncated: true });
});

test("a message without descriptors has none", () => {
  const [near, far] = pair(ns.SocketType.SEQPACKET);
  ns.invoke(ns.sendmsg(near, { data: Uint8Array.of(1, 2, 3) }));
  const buffer = ns.messageBuffer({ dataBytes: 8, fds: 1 });
  expect(ns.parseMessage(buffer, ns.invoke(ns.recvmsg(far, buffer)))).toEqual({
    data: Uint8Array.of(1, 2, 3),
    fds: [],
    dataTruncated: false,
    fdsTruncated: false,
  });
});

test("no descriptors come from an end that was closed", () => {
  const [near, far] = pair(ns.SocketType.STREAM);
  ns.invoke(ns.shutdown(near, 1));
  expect(ns.receiveFds(far)).toEqual([]);
});

test("a server and a client meet at an abstract address", () => {
  const { UNIX } = ns.SocketFamily;
  const address = ns.unixAddress(`\0ns-test-${String(process.pid)}`);
  const server = opened(ns.socket(UNIX, ns.SocketType.STREAM | CLOEXEC));
  ns.invoke(ns.bind(server, address));
  ns.invoke(ns.listen(server, 1));
  const client = opened(ns.socket(UNIX, ns.SocketType.STREAM | CLOEXEC));
  ns.invoke(ns.connect(client, address));
  const accepted = opened(ns.accept4(server));
  const bound = new Uint8Array(110);
  const length = new Uint32Array([bound.length]);
  ns.invoke(ns.getsockname(accepted, bound, length));
  expect(bound.subarray(0, length[0])).toEqual(new Uint8Array(address));
  const credentials = new Uint32Array(3);
  ns.invoke(
    ns.getsockopt(
      accepted,
      ns.SocketLevel.SOCKET,
      ns.SocketOptions.PEERCRED,
      credentials,
    ),
  );
  expect([...credentials]).toEqual([
    process.pid,
    process.geteuid?.(),
    process.getegid?.(),
  ]);
});

test("an address that does not fit is refused", () => {
  expect(() => ns.unixAddress("x".repeat(108))).toThrow(
    "invalid path of 108 bytes: expected 1 to 107",
  );
});
