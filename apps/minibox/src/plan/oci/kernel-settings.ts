import {
  type Config,
  type Process,
  sysctlNamespace,
  sysctlPath,
} from "@ns/oci";
import {
  close,
  type Fd,
  MemoryPolicy,
  openat2,
  OpenFlags,
  Personality,
  personality,
  register,
  ResolveFlags,
  setMempolicy,
  step,
  type Step,
  write,
} from "@ns/syscalls";
import { makeDetached, INERT } from "../isolate.ts";
import type { BundleFacts } from "./facts.ts";
import { namespaceOf } from "./namespaces.ts";
import {
  hasLabels,
  type SecurityModules,
  setLabels,
} from "./security-labels.ts";
import { unsupported } from "./unsupported.ts";

/**
 * Writes to files of the kernel's: its parameters, and what /proc/self has. They are reached by a procfs that is mounted
 * nowhere, so nothing that an image or another container has mounted stands in between (CVE-2019-16884).
 */
export function writeKernelSettings(
  config: Config,
  facts: SecurityModules & Pick<BundleFacts, "isOwnNamespace">,
): Step[] {
  const { process = {} } = config;
  for (const name of Object.keys(config.linux?.sysctl ?? {}))
    checkNotHosts(name, config, facts);
  const writes = [
    ...Object.entries(config.linux?.sysctl ?? {}).map(
      ([name, value]) =>
        [
          `sys/${sysctlPath(name) ?? name}`,
          value,
          `linux.sysctl[${name}]`,
        ] as const,
    ),
    ...selfWrites(config),
  ];
  if (writes.length === 0 && !hasLabels(process, facts)) return [];
  const proc = makeDetached("proc", INERT);
  return [
    ...proc.steps,
    ...writes.flatMap(([path, value, why]) =>
      writeBelow(proc.mount, path, value, why),
    ),
    ...setLabels(proc.mount, process, facts),
    close(proc.mount),
  ];
}

/** A namespace may be there by its path and be the runtime's own all the same: then the parameter is the machine's. */
function checkNotHosts(
  name: string,
  config: Config,
  { isOwnNamespace }: Pick<BundleFacts, "isOwnNamespace">,
): void {
  const type = sysctlNamespace(sysctlPath(name) ?? name);
  const { path = "" } =
    type === undefined ? {} : (namespaceOf(config, type) ?? {});
  if (path !== "" && isOwnNamespace(path))
    throw unsupported(
      `linux.sysctl[${name}]`,
      `the ${type} namespace '${path}' is the host's`,
    );
}

/** The same for a process that is executed later; `proc` is a procfs that nothing in the container is mounted over. */
export function writeExecSettings(
  proc: Fd,
  process: Process,
  modules: SecurityModules,
): Step[] {
  return [
    ...selfWrites({ process }).flatMap(([path, value, why]) =>
      writeBelow(proc, path, value, why),
    ),
    ...setLabels(proc, process, modules),
  ];
}

function selfWrites({
  process,
}: Pick<Config, "process">): (readonly [
  path: string,
  value: string,
  why: string,
])[] {
  const score = process?.oomScoreAdj;
  return score === undefined
    ? []
    : [["self/oom_score_adj", String(score), "process.oomScoreAdj"]];
}

const file = register("setting");

function writeBelow(
  directory: Fd,
  path: string,
  value: string,
  why: string,
): Step[] {
  return [
    step(
      openat2(directory, path, {
        flags: OpenFlags.WRONLY | OpenFlags.CLOEXEC,
        // `self` is a link
        resolve:
          ResolveFlags.BENEATH |
          ResolveFlags.NO_MAGICLINKS |
          ResolveFlags.NO_XDEV,
      }),
      { into: file, why },
    ),
    step(write(file, value), { why }),
    close(file),
  ];
}

/** linux.personality and linux.memoryPolicy. */
export function setExecutionDomain({ linux = {} }: Config): Step[] {
  const { personality: domain, memoryPolicy } = linux;
  return [
    ...(domain === undefined
      ? []
      : [
          step(personality(Personality[domain.domain]), {
            why: "linux.personality",
          }),
        ]),
    ...(memoryPolicy === undefined ? [] : [planMemoryPolicy(memoryPolicy)]),
  ];
}

function planMemoryPolicy({
  mode,
  nodes = "",
  flags = [],
}: NonNullable<NonNullable<Config["linux"]>["memoryPolicy"]>): Step {
  const known: Readonly<Record<string, number>> = MemoryPolicy;
  const numbers = [mode, ...flags].map((name) => {
    const number = known[name.replace(/^MPOL_/, "")];
    if (number === undefined)
      throw unsupported("linux.memoryPolicy", `there is no ${name}`);
    return number;
  });
  return step(
    setMempolicy(
      numbers.reduce((all, bit) => all | bit, 0),
      numbersIn(nodes),
    ),
    { why: "linux.memoryPolicy" },
  );
}

/** The numbers of a list as `0-3,7`. */
export function numbersIn(list: string): number[] {
  return list
    .split(",")
    .filter((part) => part !== "")
    .flatMap((part) => {
      const [first = 0, last = first] = part.split("-").map(Number);
      return Array.from({ length: last - first + 1 }, (_, i) => first + i);
    });
}
