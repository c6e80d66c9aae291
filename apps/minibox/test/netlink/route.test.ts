import { networkInterfaces } from "node:os";
import { expect, test } from "vitest";
import {
  type Address,
  encodeAddress,
  isPortable,
  listAddresses,
  parseAddress,
} from "../../src/netlink/address.ts";
import { listLinks, setLinkUp } from "../../src/netlink/link.ts";
import { RouteSocket } from "../../src/netlink/route-socket.ts";

test("the network devices here, and their addresses, are those that Node finds", () => {
  using route = RouteSocket.open();
  const lo = listLinks(route).find(({ name }) => name === "lo");
  expect(lo?.index).toBe(1);
  const theirs = networkInterfaces()["lo"] ?? [];
  const ours = listAddresses(route, { index: 1, name: "lo" });
  expect(ours).toHaveLength(theirs.length);
  expect(ours.every((address) => !isPortable(address))).toBe(true);
});

test("what the kernel refuses is an error with its errno and what it is about", () => {
  using route = RouteSocket.open();
  const nobody = { index: 0x7ffffff0, name: "nobody" };
  expect(() => {
    setLinkUp(route, nobody, true);
  }).toThrow(
    expect.objectContaining({
      code: "ENODEV",
      syscall: "RTM_NEWLINK",
      path: "nobody",
    }),
  );
});

test("an address is set again with the flags that one sets, without its label", () => {
  const address: Address = {
    ...{ family: 2, prefixLength: 24, scope: 0, index: 7 },
    flags: 0x80 | 0x40 | 0x200,
    attributes: new Map([
      [1, Buffer.from([10, 0, 0, 1])],
      [2, Buffer.from([10, 0, 0, 1])],
      [3, Buffer.from("eth0\0")],
      [6, Buffer.alloc(16)],
    ]),
  };
  const again = parseAddress(encodeAddress(address));
  expect([...again.attributes.keys()]).toEqual([1, 2, 8]);
  expect(again).toMatchObject({ index: 7, prefixLength: 24, flags: 0x200 });
});
