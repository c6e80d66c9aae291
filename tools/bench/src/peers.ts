import { execFileSync } from "node:child_process";
import { findProgram } from "@ns/testkit";

/** A program that we are compared with. */
export interface Peer {
  readonly name: "unshare" | "bwrap" | "runc" | "crun";
  readonly debianPackage: string;
  /** Where it is; undefined when it is not installed. */
  readonly path: string | undefined;
  readonly version: string | undefined;
}

const debianPackages = {
  unshare: "util-linux",
  bwrap: "bubblewrap",
  runc: "runc",
  crun: "crun",
} as const;

export type Peers = Readonly<Record<Peer["name"], Peer>>;

/** Looks for them all. */
export function findPeers(): Peers {
  return {
    unshare: findPeer("unshare"),
    bwrap: findPeer("bwrap"),
    runc: findPeer("runc"),
    crun: findPeer("crun"),
  };
}

function findPeer(name: Peer["name"]): Peer {
  const path = findProgram(name);
  return {
    name,
    debianPackage: debianPackages[name],
    path,
    version: path === undefined ? undefined : versionOf(path),
  };
}

function versionOf(path: string): string | undefined {
  const said = execFileSync(path, ["--version"], { encoding: "utf8" });
  return /\d+(\.\d+)+\S*/.exec(said)?.[0];
}
