import type { Report } from "../internal/report.ts";
import { describe } from "../problem.ts";
import type { Seccomp, SeccompAction } from "../seccomp.ts";

/** What an action can return: MAX_ERRNO of include/linux/err.h, and 16 bits, SECCOMP_RET_DATA. */
const MAX_RETURN: Readonly<Partial<Record<SeccompAction, number>>> = {
  SCMP_ACT_ERRNO: 4095,
  SCMP_ACT_TRACE: 0xffff,
};

/** A system call has six arguments. */
const LAST_ARGUMENT = 5;

const AT = "linux.seccomp";

export function checkSeccomp(seccomp: Seccomp, report: Report): void {
  const { defaultAction, defaultErrnoRet, syscalls = [] } = seccomp;
  checkReturn(defaultAction, defaultErrnoRet, report, `${AT}.defaultErrnoRet`);
  if (defaultAction === "SCMP_ACT_NOTIFY")
    report.error(
      `${AT}.defaultAction`,
      "expected another action than SCMP_ACT_NOTIFY for all calls: the runtime's own would wait for the agent",
    );
  checkListener(seccomp, report);
  for (const [i, syscall] of syscalls.entries()) {
    const at = `${AT}.syscalls[${i}]`;
    const { names, action, errnoRet, args = [] } = syscall;
    if (names.length === 0)
      report.error(
        `${at}.names`,
        "expected a system call at least, found none",
      );
    const nameless = names.indexOf("");
    if (nameless !== -1)
      report.error(
        `${at}.names[${nameless}]`,
        'expected a system call, found ""',
      );
    const write = action === "SCMP_ACT_NOTIFY" ? names.indexOf("write") : -1;
    if (write !== -1)
      report.error(
        `${at}.names[${write}]`,
        'expected no SCMP_ACT_NOTIFY for "write": the runtime writes after the filter is in place',
      );
    checkReturn(action, errnoRet, report, `${at}.errnoRet`);
    for (const [j, { index }] of args.entries())
      if (index > LAST_ARGUMENT)
        report.error(
          `${at}.args[${j}].index`,
          `expected 0 to ${LAST_ARGUMENT}, found ${index}`,
        );
  }
}

function checkReturn(
  action: SeccompAction,
  errno: number | undefined,
  report: Report,
  path: string,
): void {
  if (errno === undefined) return;
  const max = MAX_RETURN[action];
  if (max === undefined)
    report.error(
      path,
      `expected none: ${action} returns no errno, found ${errno}`,
      "SCMP_ACT_ERRNO and SCMP_ACT_TRACE do",
    );
  else if (errno > max)
    report.error(path, `expected ${max} at most for ${action}, found ${errno}`);
}

function checkListener(seccomp: Seccomp, report: Report): void {
  const { listenerPath = "", listenerMetadata = "", flags = [] } = seccomp;
  const notifies = (seccomp.syscalls ?? []).some(
    ({ action }) => action === "SCMP_ACT_NOTIFY",
  );
  if (notifies && listenerPath === "")
    report.error(
      `${AT}.listenerPath`,
      "expected the socket of an agent for SCMP_ACT_NOTIFY, found none",
    );
  if (!notifies && listenerPath !== "")
    report.warn(
      `${AT}.listenerPath`,
      `expected SCMP_ACT_NOTIFY for an agent to be asked, found ${describe(listenerPath)} without it`,
      "it is ignored",
    );
  if (listenerPath === "" && listenerMetadata !== "")
    report.error(
      `${AT}.listenerMetadata`,
      "expected none without listenerPath",
    );
  if (!notifies && flags.includes("SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV"))
    report.warn(
      `${AT}.flags`,
      "expected SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV with SCMP_ACT_NOTIFY, found it without",
      "it is of no effect",
    );
}
