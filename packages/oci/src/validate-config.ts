import { checkHooks } from "./checks/hooks.ts";
import { checkIds } from "./checks/id-mappings.ts";
import { checkLinux } from "./checks/linux.ts";
import { checkMounts } from "./checks/mounts.ts";
import { checkNamespaces } from "./checks/namespaces.ts";
import { checkProcess } from "./checks/process.ts";
import { checkResources } from "./checks/resources.ts";
import { checkSeccomp } from "./checks/seccomp.ts";
import { checkSysctl } from "./checks/sysctl.ts";
import type { Config } from "./config.ts";
import { type Check, Report } from "./internal/report.ts";
import { invalid, type Problem } from "./problem.ts";
import type { Process } from "./process.ts";
import type { Resources } from "./resources.ts";

/**
 * Checks that the members of a configuration go together, as a runtime does before it makes a container: nothing is
 * looked up, so what this machine has, and whether the files are there, is not known here. Returns warnings: what the
 * specification or runc takes, but which is hardly meant.
 * @throws {OciError} `ERR_INVALID_CONFIG` with everything that is wrong, up to a thousand things.
 */
export function validateConfig(config: Config): readonly Problem[] {
  return check("config.json", (report) => {
    checkRoot(config, report);
    checkMounts(config, report);
    if (config.process !== undefined)
      checkProcess(config.process, report, "process.");
    checkNamespaces(config, report);
    checkIds(config, report);
    checkHooks(config, report);
    checkAnnotations(config, report);
    checkSysctl(config, report);
    checkLinux(config, report);
    const { resources, seccomp } = config.linux ?? {};
    if (resources !== undefined)
      checkResources(resources, report, "linux.resources.");
    if (seccomp !== undefined) checkSeccomp(seccomp, report);
  });
}

/**
 * The same for a process on its own, as `exec` takes it.
 * @throws {OciError} `ERR_INVALID_CONFIG`
 */
export function validateProcess(process: Process): readonly Problem[] {
  return check("process", (report) => {
    checkProcess(process, report, "");
  });
}

/**
 * The same for resources on their own, as `update` takes them.
 * @throws {OciError} `ERR_INVALID_CONFIG`
 */
export function validateResources(resources: Resources): readonly Problem[] {
  return check("resources", (report) => {
    checkResources(resources, report, "");
  });
}

function check(
  name: string,
  run: (report: Report) => void,
): readonly Problem[] {
  const report = new Report();
  run(report);
  if (report.errors.length > 0)
    throw invalid("ERR_INVALID_CONFIG", name, report.errors);
  return report.warnings;
}

const checkRoot: Check<Config> = ({ root }, report) => {
  if (root === undefined)
    report.error("root", "expected the root file system, found nothing");
  else if (root.path === "")
    report.error("root.path", 'expected a directory, found ""');
};

const checkAnnotations: Check<Config> = ({ annotations = {} }, report) => {
  if (Object.hasOwn(annotations, ""))
    report.error('annotations[""]', "expected a name that is not empty");
};
