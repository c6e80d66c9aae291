import {
  invokeAll,
  prctl,
  PrctlOptions,
  type Register,
  seccomp,
  SeccompFlags,
  SeccompOperations,
  step,
  type Step,
} from "@ns/syscalls";
import { checkProgram } from "./check-program.ts";
import type { CompiledFilter } from "./compile-filter.ts";

/** How a filter is installed. */
export interface InstallOptions {
  /**
   * Sets no_new_privs first, without which a filter needs CAP_SYS_ADMIN. Default true. After it, execve grants no
   * privileges any more, neither by set-user-ID nor by file capabilities.
   */
  readonly noNewPrivileges?: boolean | undefined;
  /** Receives the descriptor for notifications, if the filter has one. */
  readonly listener?: Register | undefined;
}

/** What `installSteps` needs of a filter: a {@link CompiledFilter}, or a program of one's own. */
export type InstallableFilter = Pick<CompiledFilter, "filter"> &
  Partial<Pick<CompiledFilter, "flags">>;

/**
 * The steps that install a filter in the process that performs them, for `setup` of `@ns/spawn`; see seccomp(2). What
 * comes after them is filtered too: for a filter that has no listener, its option `seccomp` is the better place.
 * @throws {SeccompError} `ERR_SECCOMP_PROGRAM` for a program that the kernel would not take.
 */
export function installSteps(
  { filter, flags = 0 }: InstallableFilter,
  { noNewPrivileges = true, listener }: InstallOptions = {},
): readonly Step[] {
  checkProgram(filter);
  const install = step(
    seccomp(SeccompOperations.SET_MODE_FILTER, flags, filter),
    { why: "filter syscalls", into: listener },
  );
  if (!noNewPrivileges) return [install];
  return [
    step(prctl(PrctlOptions.SET_NO_NEW_PRIVS, 1, 0, 0, 0), {
      why: "execve grants nothing any more",
    }),
    install,
  ];
}

/**
 * Filters this process, all of its threads, for good: there is no way back, and what it starts inherits the filter. All
 * of Node goes on under it, so what V8 and libuv need must be allowed.
 * @throws {SyscallError} `ESRCH` if a thread has a filter of its own, `EINVAL` for a filter that notifies on Linux
 *   before 5.7. Nothing has happened then, but no_new_privs.
 */
export function filterThisProcess(filter: InstallableFilter): void {
  const flags =
    (filter.flags ?? 0) | SeccompFlags.TSYNC | SeccompFlags.TSYNC_ESRCH;
  invokeAll(installSteps({ ...filter, flags }));
}
