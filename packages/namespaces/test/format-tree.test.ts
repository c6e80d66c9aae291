import fc from "fast-check";
import { expect, test } from "vitest";
import {
  formatNamespaceTree,
  type ListedNamespace,
  type ListedProcess,
  type NamespaceId,
  type NamespaceListing,
} from "../src/index.ts";
import { formatRanges } from "../src/internal/ranges.ts";

const user = (inode: number): NamespaceId => ({
  kind: "user",
  device: 4,
  inode,
});
const processOf = (
  pid: number,
  uid: number,
  command: string,
): ListedProcess => ({
  pid,
  ppid: 1,
  uid,
  command,
  nsPids: [pid],
});
const listed = (
  id: Pick<NamespaceId, "kind" | "inode">,
  rest: Partial<ListedNamespace>,
): ListedNamespace => ({
  device: 4,
  processes: [],
  heldBy: [],
  owner: undefined,
  parent: undefined,
  ownerUid: undefined,
  ...id,
  ...rest,
});

const init = processOf(1, 0, "/sbin/init");
const bash = processOf(4711, 1000, "bash -c \x1b[31mred\n");
const machine: NamespaceListing = {
  namespaces: [
    listed({ kind: "user", inode: 4026531837 }, { processes: [init, bash] }),
    listed(
      { kind: "net", inode: 4026531840 },
      { processes: [init, bash], owner: user(4026531837) },
    ),
    listed(
      { kind: "user", inode: 4026532200 },
      { owner: user(4026531837), ownerUid: 1000 },
    ),
    listed(
      { kind: "uts", inode: 4026532201 },
      { processes: [bash], owner: user(4026532200) },
    ),
    listed(
      { kind: "net", inode: 4026532202 },
      {
        heldBy: [
          { by: "mount", mountPoint: "/run/netns/a\tb", mountNamespace: 1 },
          { by: "fd", pid: 42, fd: 7 },
        ],
        owner: user(4026532200),
      },
    ),
    listed(
      { kind: "ipc", inode: 4026532203 },
      { heldBy: [{ by: "fd", pid: 42, fd: 7 }], owner: user(4026531837) },
    ),
    listed(
      { kind: "pid", inode: 4026532204 },
      { heldBy: [{ by: "children", pid: 42 }], owner: user(1) },
    ),
  ],
  unreadable: [],
};

test("namespaces are printed under their owners, with their first process or how they are held", () => {
  const userName = (uid: number): string => (uid === 0 ? "root" : "rupa");
  expect(formatNamespaceTree(machine, { userName })).toBe(
    [
      String.raw`NS             TYPE NPROCS  PID USER COMMAND`,
      String.raw`4026531837     user      2    1 root /sbin/init`,
      String.raw`├─4026531840   net       2    1 root /sbin/init`,
      String.raw`├─4026532200   user      0      rupa (held by what it owns)`,
      String.raw`│ ├─4026532201 uts       1 4711 rupa bash -c \x1b[31mred\x0a`,
      String.raw`│ └─4026532202 net       0           (bound to /run/netns/a\x09b and 1 more)`,
      String.raw`└─4026532203   ipc       0           (descriptor 7 of process 42)`,
      String.raw`4026532204     pid       0           (for children of process 42)`,
      "",
    ].join("\n"),
  );
});

test("processes that could not be read are counted and named", () => {
  const unreadable = [1, 2, 3, 7].map(
    (pid) => ({ ...processOf(pid, 0, "x"), code: "EACCES" }) as const,
  );
  const text = formatNamespaceTree({ namespaces: [], unreadable });
  expect(text).toContain(
    "\n4 processes could not be read, whose namespaces may be missing above: 1-3, 7\n",
  );
  const one = formatNamespaceTree({
    namespaces: [],
    unreadable: unreadable.slice(3),
  });
  expect(one).toContain("\n1 process could not be read,");
});

test("colours change nothing but colours, at any width", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 90 }), (width) => {
      const styles = new Set<string>();
      const painted = formatNamespaceTree(machine, {
        width,
        paint: (style, text) => {
          styles.add(style);
          return text === "" ? "" : `\x1b[1m${text}\x1b[22m`;
        },
      });
      const plain = formatNamespaceTree(machine, { width });
      // eslint-disable-next-line no-control-regex -- the colours are made of these
      expect(painted.replaceAll(/\x1b\[\d+m/g, "")).toBe(plain);
      for (const line of plain.split("\n"))
        expect(line.length).toBeLessThanOrEqual(width);
      expect(styles).toContain("held");
    }),
  );
});

test("no command makes the terminal do anything", () => {
  const latin1 = fc.nat(0xff).map((code) => String.fromCharCode(code));
  const command = fc.string({ unit: latin1 });
  fc.assert(
    fc.property(command, (command) => {
      const processes = [processOf(1, 0, command)];
      const text = formatNamespaceTree({
        namespaces: [listed({ kind: "net", inode: 1 }, { processes })],
        unreadable: [],
      });
      expect(text.replaceAll("\n", "")).not.toMatch(/\p{Cc}/u);
      expect(text.split("\n")).toHaveLength(3);
    }),
  );
});

test("ranges are as many numbers as there were", () => {
  const numbers = fc
    .uniqueArray(fc.nat(200))
    .map((drawn) => drawn.toSorted((a, b) => a - b));
  fc.assert(
    fc.property(numbers, (numbers) => {
      const ranges = formatRanges(numbers);
      const parsed = ranges === "" ? [] : ranges.split(", ").flatMap(expand);
      expect(parsed).toEqual(numbers);
    }),
  );
});

function expand(range: string): number[] {
  const [from = NaN, to = from] = range.split("-").map(Number);
  return Array.from({ length: to - from + 1 }, (_, i) => from + i);
}
