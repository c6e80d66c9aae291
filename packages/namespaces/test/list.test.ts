import { readFileSync, readlinkSync } from "node:fs";
import {
  requires,
  root,
  run,
  unprivilegedUser,
  unprivilegedUserNamespaces,
} from "@ns/testkit";
import { describe, expect, test } from "vitest";
import {
  listNamespaces,
  type ListedNamespace,
  type NamespaceKind,
  NAMESPACE_KINDS,
  openNamespace,
  parseNamespaceLink,
  readNamespaces,
} from "../src/index.ts";
import { inhabitant } from "./internal/inhabitant.ts";
import { lsns } from "./internal/requirements.ts";
import { runFixture, runFixtureAsUser } from "./internal/run-fixture.ts";

const asOther = ["setpriv", "--reuid=1000", "--regid=1000", "--clear-groups"];

interface LsnsRow {
  readonly ns: number;
  readonly type: string;
  readonly nprocs: number;
  readonly pid: number | null;
  readonly command: string | null;
  readonly ons: number;
  readonly pns: number;
}

async function rowsOfLsns(): Promise<LsnsRow[]> {
  const columns = "NS,TYPE,NPROCS,PID,COMMAND,ONS,PNS";
  const { stdout } = await run("lsns", [
    "--json",
    "--list",
    "--output",
    columns,
  ]);
  return (JSON.parse(stdout) as { namespaces: LsnsRow[] }).namespaces;
}

/** As lsns says it: 0 for no owner and no parent. */
function asLsns(each: ListedNamespace): LsnsRow {
  return {
    ns: each.inode,
    type: each.kind,
    nprocs: each.processes.length,
    pid: each.processes[0]?.pid ?? null,
    command: each.processes[0]?.command ?? null,
    ons: each.owner?.inode ?? 0,
    pns: each.parent?.inode ?? 0,
  };
}

test("namespaces of processes are listed as lsns lists them", async (context) => {
  requires(context, root, lsns, unprivilegedUserNamespaces);
  await using one = await inhabitant(
    ...["unshare", "--map-root-user", "-mnpuiCT", "--fork"],
  );
  await using two = await inhabitant("unshare", "--uts", "--pid", "--fork");
  await using three = await inhabitant(
    ...["nsenter", "--user", "--pid", `--target=${one.pid}`],
    ...["unshare", "--map-root-user", "--net", "--pid", "--fork"],
  );
  const inodes = new Set(
    [one, two, three].flatMap(({ pid }) =>
      Object.values(readNamespaces(pid)).map(({ inode }) => inode),
    ),
  );
  const own = new Set(Object.values(readNamespaces()).map((id) => id.inode));
  // other processes come and go in what is ours
  const isTheirs = (inode: number): boolean =>
    inodes.has(inode) && !own.has(inode);

  const expected = (await rowsOfLsns()).filter(({ ns }) => isTheirs(ns));
  const rows = listNamespaces()
    .namespaces.filter(({ inode }) => isTheirs(inode))
    .map(asLsns);
  expect(rows.length).toBeGreaterThanOrEqual(8 + 2 + 3);
  expect(rows).toEqual(expected.toSorted((a, b) => a.ns - b.ns));
});

test("every process is in the list, by its namespaces or as unreadable", async (context) => {
  requires(context, root);
  expect(await runFixture("list.ts")).toMatchObject({
    missing: [],
    mountsOfFirst: true,
  });
});

test("an ordinary user is told which processes are missing", async (context) => {
  requires(context, unprivilegedUser);
  const report = (await runFixtureAsUser("list.ts", {
    args: [String(process.pid)],
  })) as { unreadable: Record<string, { code: string; command: string }> };
  expect(report).toMatchObject({ missing: [], leaked: 0 });
  expect(Object.keys(report.unreadable)).toContain("1");
  const { code, command } = report.unreadable[process.pid] ?? {};
  expect(code).toBe("EACCES");
  expect(command).toBe(
    readFileSync("/proc/self/cmdline", "utf8")
      .replace(/\0+$/, "")
      .replaceAll("\0", " "),
  );
});

describe("namespaces without processes", () => {
  const find = (inode: number): ListedNamespace | undefined =>
    listNamespaces().namespaces.find((each) => each.inode === inode);

  test("are found by who holds a descriptor", async (context) => {
    requires(context, root);
    const other = await inhabitant("unshare", "--uts");
    using uts = openNamespace({ kind: "uts", pid: other.pid });
    await other[Symbol.asyncDispose]();
    const found = find(uts.inode);
    expect(found).toMatchObject({
      kind: "uts",
      device: uts.device,
      processes: [],
      owner: { inode: readNamespaces().user?.inode },
    });
    expect(found?.heldBy).toEqual([{ by: "fd", pid: process.pid, fd: uts.fd }]);
  });

  test("are found by what they own, also with nobody else to hold them", async (context) => {
    requires(context, unprivilegedUser, unprivilegedUserNamespaces);
    const other = await inhabitant(
      ...asOther,
      ...["unshare", "--map-root-user", "--uts"],
    );
    using uts = openNamespace({ kind: "uts", pid: other.pid });
    const user = readNamespaces(other.pid).user?.inode ?? 0;
    await other[Symbol.asyncDispose]();
    expect(find(uts.inode)?.owner?.inode).toBe(user);
    expect(find(user)).toMatchObject({
      kind: "user",
      processes: [],
      heldBy: [],
      ownerUid: 1000,
      parent: { inode: readNamespaces().user?.inode },
    });
  });

  test("are found where they are bound, in the mount namespace of whoever bound them", async (context) => {
    requires(context, root);
    const bind = [
      "mount -t tmpfs tmpfs /mnt",
      "touch '/mnt/a b'",
      "unshare --ipc mount --bind /proc/self/ns/ipc '/mnt/a b'",
      'exec "$@"',
    ].join(" && ");
    await using other = await inhabitant(
      ...["unshare", "--mount", "sh", "-c", bind, "sh"],
    );
    const mountNamespace = readNamespaces(other.pid).mnt?.inode ?? 0;
    const mounted = listNamespaces().namespaces.filter(({ heldBy }) =>
      heldBy.some(
        (holder) =>
          holder.by === "mount" && holder.mountNamespace === mountNamespace,
      ),
    );
    expect(mounted).toMatchObject([
      {
        kind: "ipc",
        processes: [],
        heldBy: [{ by: "mount", mountPoint: "/mnt/a b", mountNamespace }],
        owner: { inode: readNamespaces().user?.inode },
      },
    ]);
  });

  test("are found by the process whose children will be in them", async (context) => {
    requires(context, root);
    expect(await runFixture("children.ts")).toEqual({
      time: [{ by: "children", pid: expect.any(Number) as number }],
      processes: 0,
    });
  });
});

test("our own namespaces have us in them", () => {
  const { namespaces } = listNamespaces();
  for (const kind of NAMESPACE_KINDS) {
    const link = readlinkSync(`/proc/self/ns/${kind}`);
    const inode = parseNamespaceLink(link)?.inode;
    const own = namespaces.find((each) => each.inode === inode);
    expect<NamespaceKind | undefined>(own?.kind).toBe(kind);
    expect(own?.processes).toContainEqual(
      expect.objectContaining({ pid: process.pid, ppid: process.ppid }),
    );
  }
});
