import type { Config } from "../config.ts";
import type { Check } from "../internal/report.ts";
import { describe, formatPath } from "../problem.ts";
import { hasNamespace, sysctlNamespace, sysctlPath } from "../sysctl.ts";

/** What no parameter needs, and what lists of them are split at somewhere below (CVE-2022-0811). */
// eslint-disable-next-line no-control-regex -- control characters are what is looked for
const SEPARATORS = /[+=;\0-\x08\x0a-\x1f\x7f]/;

/** Parameters of the container's own namespaces only: any other is the whole machine's. */
export const checkSysctl: Check<Config> = (
  { linux = {}, domainname },
  report,
) => {
  const seen = new Map<string, string>();
  for (const [name, value] of Object.entries(linux.sysctl ?? {})) {
    const at = formatPath(["linux", "sysctl", name]);
    const path = sysctlPath(name);
    if (path === undefined) {
      report.error(
        at,
        `expected the name of a kernel parameter, found ${describe(name)}`,
        'as "net.ipv4.ip_forward", or with slashes for dots',
      );
      continue;
    }
    const before = seen.get(path);
    if (before !== undefined)
      report.error(at, `expected each once, found ${describe(before)} too`);
    seen.set(path, name);
    const type = sysctlNamespace(path);
    if (type === undefined)
      report.error(at, "expected a parameter that a namespace has of its own");
    else if (!hasNamespace(linux, type))
      report.error(
        at,
        `expected a parameter of the container's own namespaces, found one of the host's ${type} namespace`,
        `add {"type": "${type}"} to linux.namespaces`,
      );
    if (path === "kernel/hostname")
      report.error(at, "expected hostname instead, which sets the same");
    if (path === "kernel/domainname" && domainname !== undefined)
      report.error(at, "expected one way to set it, found domainname too");
    if (SEPARATORS.test(value))
      report.error(
        at,
        `expected a value without '+', '=', ';' and control characters, found ${describe(value)}`,
      );
  }
};
