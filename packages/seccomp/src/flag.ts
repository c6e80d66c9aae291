import { SeccompFlags } from "@ns/syscalls";
import { SeccompError } from "./error.ts";
import type { FlagName } from "./profile.ts";

/** The flags of profiles, by their names; include/uapi/linux/seccomp.h. */
export const Flags: Readonly<Record<FlagName, number>> = {
  SECCOMP_FILTER_FLAG_TSYNC: SeccompFlags.TSYNC,
  SECCOMP_FILTER_FLAG_LOG: SeccompFlags.LOG,
  SECCOMP_FILTER_FLAG_SPEC_ALLOW: SeccompFlags.SPEC_ALLOW,
  SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV: SeccompFlags.WAIT_KILLABLE_RECV,
};

/**
 * The flags of a filter. One that notifies has a listener, as in runc; together with TSYNC it then needs a third flag,
 * since the result of seccomp(2) cannot be a descriptor and a thread at once.
 * @throws {SeccompError} `ERR_SECCOMP_PROFILE` for WAIT_KILLABLE_RECV where nothing notifies, which the kernel refuses.
 */
export function filterFlags(
  names: readonly FlagName[],
  notifies: boolean,
): number {
  let flags = names.reduce((all, name) => all | Flags[name], 0);
  if (!notifies) {
    if ((flags & SeccompFlags.WAIT_KILLABLE_RECV) === 0) return flags;
    throw new SeccompError(
      "ERR_SECCOMP_PROFILE",
      "invalid seccomp profile: flags: SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV, but no rule with SCMP_ACT_NOTIFY",
      { path: "flags" },
    );
  }
  flags |= SeccompFlags.NEW_LISTENER;
  return (flags & SeccompFlags.TSYNC) === 0
    ? flags
    : flags | SeccompFlags.TSYNC_ESRCH;
}
