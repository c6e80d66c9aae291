import { type Config, specExample } from "@ns/oci";
import { formatSyscall } from "@ns/syscalls";
import {
  type BundlePlan,
  type BundleWishes,
  planBundle,
} from "../../../src/plan/oci/container.ts";
import type { BundleFacts } from "../../../src/plan/oci/facts.ts";
import type { Draft } from "../../internal/bundle.ts";

/** A machine on which everything is a directory, and root asks. */
export function fakeFacts(changes: Partial<BundleFacts> = {}): BundleFacts {
  return {
    bundle: "/bundle",
    rootfs: "/bundle/rootfs",
    euid: 0,
    canMakeDevices: true,
    isRootless: false,
    isOwnNamespace: () => false,
    mountNamespace: undefined,
    foothold: "/run/minibox/box/root",
    hasKcore: true,
    hasAppArmor: false,
    hasSelinux: false,
    mounts: [],
    hierarchies: [],
    cgroups: {},
    idmapped: new Map(),
    isDirectory: () => true,
    listTree: () => [],
    homeOf: () => "/root",
    ...changes,
  };
}

const WISHES: BundleWishes = {
  id: "box",
  noPivot: false,
  newKeyring: true,
  preserveFds: 0,
  cgroupAtPause: false,
};

/** The example's configuration with changes, without its cgroup mount, which depends on the machine. */
export function exampleWith(change: (config: Draft) => void): Config {
  const config = structuredClone(specExample()) as Draft;
  config.mounts = config.mounts?.filter(({ type }) => type !== "cgroup") ?? [];
  change(config);
  return config;
}

/** The plan of a container. */
export function planOf(
  config: Config,
  facts: Partial<BundleFacts> = {},
  wishes: Partial<BundleWishes> = {},
): BundlePlan {
  return planBundle(config, { ...WISHES, ...wishes }, fakeFacts(facts));
}

/** What a plan does in the container, a call a line, each with its reason. */
export function setupOf({ options }: BundlePlan): string[] {
  return (options.setup ?? []).map((each) =>
    each.why === undefined
      ? formatSyscall(each)
      : `${formatSyscall(each)} # ${each.why}`,
  );
}
