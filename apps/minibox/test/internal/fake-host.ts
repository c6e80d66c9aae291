import { basename, dirname } from "node:path";
import type { Entry, Host } from "../../src/host/host.ts";
import { parseMountinfo } from "@ns/mount";

/** Paths of a machine, and what is there; `secret` is a directory that may not be read. */
export type Tree = Readonly<
  Record<
    string,
    | "directory"
    | "file"
    | "other"
    | { readonly link: string }
    | { readonly secret: true }
  >
>;

/** A machine that is not there, with the mounts of `mountinfo` lines `POINT TYPE [OPTIONS]`. */
export function fakeHost(
  tree: Tree,
  mounts: readonly string[],
  facts: Partial<Host> = {},
): Host {
  const entries = new Map(
    Object.entries(tree).map(([path, what]) => [path, entryOf(path, what)]),
  );
  entries.set("/", {
    name: "",
    type: "directory",
    mode: 0o755,
    uid: 0,
    gid: 0,
  });
  const lines = ["/ ext4", ...mounts].map((mount, i) => {
    const [point = "", type = "", options = "rw,relatime"] = mount.split(" ");
    return `${20 + i} 1 0:${i} / ${point} ${options} shared:${i} - ${type} none rw`;
  });
  return {
    euid: 0,
    egid: 0,
    privileged: true,
    cwd: "/",
    env: {},
    mounts: parseMountinfo(lines.join("\n")),
    subordinateIds: { uids: [], gids: [] },
    list: (directory) =>
      [...entries]
        .filter(([path]) => path !== "/" && dirname(path) === directory)
        .map(([, entry]) => entry),
    stat: (path) => entries.get(path),
    canEnter: (path) => entries.has(path) && entries.get(path)?.mode !== 0o700,
    ...facts,
  };
}

function entryOf(path: string, what: Tree[string]): Entry {
  const facts = { name: basename(path), mode: 0o755, uid: 0, gid: 0 };
  if (typeof what === "string") return { ...facts, type: what };
  if ("link" in what) return { ...facts, type: "symlink", target: what.link };
  return { ...facts, type: "directory", mode: 0o700 };
}
