import fc from "fast-check";
import { expect, test } from "vitest";
import { loadOrder } from "@ns/testvm";

const text = `kernel/fs/9p/9p.ko: kernel/net/9p/9pnet.ko kernel/fs/netfs/netfs.ko
kernel/net/9p/9pnet_virtio.ko: kernel/net/9p/9pnet.ko
kernel/net/9p/9pnet.ko:
kernel/fs/netfs/netfs.ko:
kernel/drivers/block/virtio-blk.ko:
`;

test("a module is loaded after what it depends on, and once", () => {
  expect(loadOrder(text, ["9pnet_virtio", "9p"])).toEqual([
    "kernel/net/9p/9pnet.ko",
    "kernel/net/9p/9pnet_virtio.ko",
    "kernel/fs/netfs/netfs.ko",
    "kernel/fs/9p/9p.ko",
  ]);
});

test("- and _ are the same in a name; what is built in is no file", () => {
  expect(loadOrder(text, ["virtio_blk", "ext4"])).toEqual([
    "kernel/drivers/block/virtio-blk.ko",
  ]);
});

test("whatever the dependencies, they come first", () => {
  // module n depends on some of those before it
  const graphs = fc.array(fc.array(fc.nat(9)), { minLength: 1, maxLength: 10 });
  fc.assert(
    fc.property(graphs, (graph) => {
      const below = graph.map((those, n) => those.filter((each) => each < n));
      const file = (n: number): string => `m${n}.ko`;
      const dep = below
        .map((those, n) => `${file(n)}: ${those.map(file).join(" ")}\n`)
        .join("");
      const order = loadOrder(dep, [`m${graph.length - 1}`]);
      expect(new Set(order).size).toBe(order.length);
      below.forEach((those, n) => {
        if (!order.includes(file(n))) return;
        for (const each of those)
          expect(order.slice(0, order.indexOf(file(n)))).toContain(file(each));
      });
    }),
  );
});
