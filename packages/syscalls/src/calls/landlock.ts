import type { Fd } from "../argument.ts";
import {
  LandlockCreateFlags,
  LandlockFsAccess,
  LandlockNetAccess,
  LandlockRestrictFlags,
  LandlockRuleTypes,
  LandlockScopes,
} from "../constants/landlock.ts";
import { fd, flags, int, oneOf } from "../param.ts";
import { struct } from "../pointer.ts";
import { type Layout, layout } from "../struct.ts";
import { define, type Syscall } from "../syscall.ts";

const FS = { prefix: "LANDLOCK_ACCESS_FS_", values: LandlockFsAccess };
const NET = { prefix: "LANDLOCK_ACCESS_NET_", values: LandlockNetAccess };

/** What a ruleset forbids unless a rule allows it: struct landlock_ruleset_attr. Fields left out are zero. */
export interface LandlockRuleset {
  /** `LANDLOCK_ACCESS_FS_*`. */
  readonly handled_access_fs?: number | bigint | undefined;
  /** `LANDLOCK_ACCESS_NET_*`. ABI 4. */
  readonly handled_access_net?: number | bigint | undefined;
  /** `LANDLOCK_SCOPE_*`. ABI 6. */
  readonly scoped?: number | bigint | undefined;
}

/** struct landlock_ruleset_attr of include/uapi/linux/landlock.h, as of ABI 6. */
export const landlockRulesetLayout: Layout<LandlockRuleset> =
  layout<LandlockRuleset>("landlock_ruleset_attr", {
    handled_access_fs: { type: "u64", param: flags("handled_access_fs", FS) },
    handled_access_net: {
      type: "u64",
      param: flags("handled_access_net", NET),
    },
    scoped: {
      type: "u64",
      param: flags("scoped", {
        prefix: "LANDLOCK_SCOPE_",
        values: LandlockScopes,
      }),
    },
  });

const sysCreateRuleset = define(
  "landlock_create_ruleset",
  { x64: 444, arm64: 444 },
  () => [
    struct("attr", landlockRulesetLayout),
    int("size"),
    flags("flags", {
      prefix: "LANDLOCK_CREATE_RULESET_",
      values: LandlockCreateFlags,
    }),
  ],
);

/**
 * Makes a ruleset; the result is its descriptor; see landlock_create_ruleset(2). Linux 5.13.
 * @throws {SyscallError} `EINVAL` for an access this kernel does not know; `E2BIG` for a field it does not
 *   know; `ENOSYS` or `EOPNOTSUPP` without Landlock.
 */
export function landlockCreateRuleset(attr: LandlockRuleset): Syscall {
  return sysCreateRuleset(attr, landlockRulesetLayout.size, 0);
}

/** The result is the version of the ABI: which fields and accesses there are; see landlock(7). */
export function landlockAbiVersion(): Syscall {
  return sysCreateRuleset(null, 0, LandlockCreateFlags.VERSION);
}

interface PathBeneath {
  readonly allowed_access: number | bigint;
  readonly parent_fd: Fd;
}

/** struct landlock_path_beneath_attr of include/uapi/linux/landlock.h. */
export const landlockPathBeneathLayout: Layout<PathBeneath> =
  layout<PathBeneath>(
    "landlock_path_beneath_attr",
    {
      allowed_access: { type: "u64", param: flags("allowed_access", FS) },
      parent_fd: { type: "i32", param: fd("parent_fd") },
    },
    { packed: true },
  );

interface NetPort {
  readonly allowed_access: number | bigint;
  readonly port: number;
}

/** struct landlock_net_port_attr of include/uapi/linux/landlock.h. ABI 4. */
export const landlockNetPortLayout: Layout<NetPort> = layout<NetPort>(
  "landlock_net_port_attr",
  {
    allowed_access: { type: "u64", param: flags("allowed_access", NET) },
    port: "u64",
  },
);

const ADD_RULE = { x64: 445, arm64: 445 };
const RULE_TYPE = oneOf("rule_type", {
  prefix: "LANDLOCK_RULE_",
  values: LandlockRuleTypes,
});

const sysAddPath = define("landlock_add_rule", ADD_RULE, () => [
  fd("ruleset_fd"),
  RULE_TYPE,
  struct("rule_attr", landlockPathBeneathLayout),
  int("flags"),
]);

/**
 * Allows access to a file, or to everything beneath a directory, that `parentFd` refers to (`O_PATH` will do);
 * see landlock_add_rule(2).
 * @throws {SyscallError} `EINVAL` for an access that the ruleset does not handle.
 */
export function landlockAddPathRule(
  rulesetFd: Fd,
  parentFd: Fd,
  allowedAccess: number | bigint,
): Syscall {
  return sysAddPath(
    rulesetFd,
    LandlockRuleTypes.PATH_BENEATH,
    { allowed_access: allowedAccess, parent_fd: parentFd },
    0,
  );
}

const sysAddPort = define("landlock_add_rule", ADD_RULE, () => [
  fd("ruleset_fd"),
  RULE_TYPE,
  struct("rule_attr", landlockNetPortLayout),
  int("flags"),
]);

/** Allows a TCP port; see landlock_add_rule(2). ABI 4, Linux 6.7. */
export function landlockAddPortRule(
  rulesetFd: Fd,
  port: number,
  allowedAccess: number | bigint,
): Syscall {
  return sysAddPort(
    rulesetFd,
    LandlockRuleTypes.NET_PORT,
    { allowed_access: allowedAccess, port },
    0,
  );
}

const sysRestrictSelf = define(
  "landlock_restrict_self",
  { x64: 446, arm64: 446 },
  () => [
    fd("ruleset_fd"),
    flags("flags", {
      prefix: "LANDLOCK_RESTRICT_SELF_",
      values: LandlockRestrictFlags,
    }),
  ],
);

/**
 * Puts the calling thread, and all it makes, under a ruleset for good; see landlock_restrict_self(2). This
 * thread only.
 * @throws {SyscallError} `EPERM` without no_new_privs or CAP_SYS_ADMIN.
 */
export function landlockRestrictSelf(
  rulesetFd: Fd,
  restrictFlags = 0,
): Syscall {
  return sysRestrictSelf(rulesetFd, restrictFlags);
}
