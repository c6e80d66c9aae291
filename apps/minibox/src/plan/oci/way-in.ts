import type { Config } from "@ns/oci";
import type { Register } from "@ns/syscalls";
import type { BundleWishes } from "./container.ts";
import type { BundleFacts } from "./facts.ts";
import { hasEarlyHooks, type HookRoot, planHookRoot } from "./hook-root.ts";
import { planJoinedRoot } from "./joined-root.ts";
import { isNew, joinedMounts, namespaceOf } from "./namespaces.ts";

/**
 * The way to the root that `taken` holds, where others than this process have to do with it. Undefined if it is the usual one:
 * the root of the mount namespace changes at once.
 */
export function planWayIn(
  taken: Register,
  config: Config,
  { noPivot }: BundleWishes,
  facts: BundleFacts,
): HookRoot | undefined {
  const joined = joinedMounts(config);
  if (joined !== undefined) {
    const user = namespaceOf(config, "user");
    return planJoinedRoot(taken, joined, {
      machine: facts,
      hasEarlyHooks: hasEarlyHooks(config),
      hasNewUserNamespace: user !== undefined && isNew(user),
    });
  }
  if (!hasEarlyHooks(config)) return undefined;
  const { rootfs, mounts } = facts;
  return planHookRoot(taken, { rootfs, noPivot, mounts });
}
