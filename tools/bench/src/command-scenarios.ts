import { existsSync } from "node:fs";
import { join } from "node:path";
import { checkout } from "@ns/testkit";
import {
  ociCommandLines,
  type OciRuntime,
  ociRuntime,
} from "./oci-scenarios.ts";
import type { Peer, Peers } from "./peers.ts";
import type { Catalogue, Scenario } from "./scenario.ts";
import { NEEDS_BUSYBOX } from "./spawn-scenarios.ts";

/** What the commands work on. */
export interface Surroundings {
  readonly peers: Peers;
  /** The directory of an OCI bundle, and the root file system in it if there is a busybox. */
  readonly bundle: string;
  readonly rootfs: string | undefined;
}

/**
 * Whole commands, started from a Node process with a small heap by plain `@ns/spawn`: the least that Node can add to
 * what they take themselves.
 */
export function commandScenarios(surroundings: Surroundings): Catalogue {
  const { peers } = surroundings;
  const candidates = [
    ...unshares(peers.unshare),
    bwrap(peers.bwrap),
    ...ociPeer(peers.runc, surroundings),
    ...ociPeer(peers.crun, surroundings),
    node,
    ...miniboxes(surroundings),
  ];
  return {
    scenarios: candidates
      .filter(({ missing }) => missing === undefined)
      .map(scenarioOf),
    leftOut: candidates.flatMap(({ id, title, missing }) =>
      missing === undefined ? [] : [{ id, title, reason: missing }],
    ),
  };
}

interface Candidate {
  readonly id: string;
  readonly title: string;
  readonly ours?: boolean;
  readonly file: string;
  readonly args: readonly string[];
  /** Why it cannot be run. */
  readonly missing?: string | undefined;
}

function scenarioOf(candidate: Candidate): Scenario {
  const { id, title, ours = false, file, args } = candidate;
  const action = { kind: "spawn", file, args } as const;
  return { id: `${id}@0`, title, group: "command", ours, heap: "0", action };
}

/** Without root, with a user namespace besides. */
function unshares(peer: Peer): Candidate[] {
  const user = process.getuid?.() === 0 ? "" : "r";
  return ["-mpfui", "-mpfuinC"].map((namespaces, i) => ({
    id: i === 0 ? "unshare" : "unshare-all",
    title: `\`unshare ${namespaces}${user} --mount-proc /bin/true\``,
    file: peer.path ?? "",
    args: [`${namespaces}${user}`, "--mount-proc", "/bin/true"],
    missing: notInstalled(peer),
  }));
}

function bwrap(peer: Peer): Candidate {
  return {
    id: "bwrap",
    title: "`bwrap --unshare-all --ro-bind / / /bin/true`",
    file: peer.path ?? "",
    args: ["--unshare-all", "--ro-bind", "/", "/", "/bin/true"],
    missing: notInstalled(peer),
  };
}

function ociPeer(peer: Peer, { bundle, rootfs }: Surroundings): Candidate[] {
  const runtime = ociRuntime(peer.name, peer.path ?? "", bundle);
  return ociCommandLines(runtime, peer.name).map((line) => ({
    ...line,
    missing:
      notInstalled(peer) ?? (rootfs === undefined ? NEEDS_BUSYBOX : undefined),
  }));
}

/** Those with which a container can be created here: runc, and ours. */
export function ociRuntimes({
  peers,
  bundle,
  rootfs,
}: Surroundings): OciRuntime[] {
  if (rootfs === undefined) return [];
  const { path } = peers.runc;
  return [
    ...(path === undefined ? [] : [ociRuntime("runc", path, bundle)]),
    ...(isBuilt() ? [ociMinibox(bundle)] : []),
  ];
}

const app = join(checkout, "apps/minibox");
const miniboxFile = join(app, "bin/minibox");
const executable = join(app, "executable/minibox");

/** What engines are pointed at: the executable, where there is an engine for it. */
function ociMinibox(bundle: string): OciRuntime {
  const file = existsSync(executable) ? executable : miniboxFile;
  return ociRuntime("minibox", file, bundle);
}

function isBuilt(): boolean {
  return existsSync(join(app, "dist/minibox.cjs"));
}

const node: Candidate = {
  id: "node",
  title: "`node -e 0`",
  file: process.execPath,
  args: ["-e", "0"],
};

function miniboxes({ bundle, rootfs }: Surroundings): Candidate[] {
  const file = miniboxFile;
  const notBuilt = isBuilt() ? undefined : "minibox is not built: pnpm build";
  const notRunnable =
    notBuilt ?? (rootfs === undefined ? NEEDS_BUSYBOX : undefined);
  return [
    ...ociCommandLines(ociMinibox(bundle), "minibox-oci").map((line) => ({
      ...line,
      ours: true,
      missing: notRunnable,
    })),
    {
      id: "minibox",
      title: "`minibox run -- true`",
      ours: true,
      file,
      args: ["run", "--", "true"],
      missing: notBuilt,
    },
    {
      id: "minibox-rootfs",
      title: "`minibox run --rootfs BUSYBOX -- /bin/true`",
      ours: true,
      file,
      args: ["run", "--rootfs", join(bundle, "rootfs"), "--", "/bin/true"],
      missing: notRunnable,
    },
  ];
}

function notInstalled({ name, path, debianPackage }: Peer): string | undefined {
  return path === undefined
    ? `${name} is not installed: apt-get install ${debianPackage}`
    : undefined;
}
