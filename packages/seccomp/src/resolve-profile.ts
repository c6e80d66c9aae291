import { release } from "node:os";
import { type Arch, currentArch } from "@ns/syscalls";
import { Architectures, NATIVE } from "./architecture.ts";
import type {
  ContainerProfile,
  ContainerRule,
  RuleFilter,
  SeccompProfile,
} from "./profile.ts";

/** What a profile depends on. */
export interface ResolveOptions {
  /** The capabilities of the container's bounding set: `CAP_CHOWN`. Default none. */
  readonly capabilities?: readonly string[] | undefined;
  /** The kernel's release, of which the first two numbers count. Default: this kernel's. */
  readonly kernel?: string | undefined;
  /** The machine's architecture, by Node's name. Default: this one's. */
  readonly arch?: Arch | undefined;
}

/**
 * Makes a container's own profile of one for all containers: leaves the rules that count for its capabilities, this
 * kernel and this architecture. A profile of the OCI form comes out as it is.
 * @throws {RangeError} for a capability, a release or an architecture that is none.
 */
export function resolveProfile(
  profile: ContainerProfile,
  options: ResolveOptions = {},
): SeccompProfile {
  const context = contextOf(options);
  const { archMap, syscalls = [], ...rest } = profile;
  const native = NATIVE[options.arch ?? currentArch()];
  const mapped = archMap?.find(({ architecture }) => architecture === native);
  return {
    ...rest,
    ...(mapped !== undefined && {
      architectures: [native, ...(mapped.subArchitectures ?? [])],
    }),
    syscalls: syscalls.filter((rule) => counts(rule, context)).map(withoutWhen),
  };
}

interface Context {
  readonly capabilities: ReadonlySet<string>;
  readonly kernel: readonly [number, number];
  readonly docker: string;
}

function contextOf(options: ResolveOptions): Context {
  const { arch = currentArch(), kernel = release() } = options;
  if (!Object.hasOwn(NATIVE, arch))
    throw new RangeError(
      `invalid arch '${arch}': expected ${Object.keys(NATIVE).join(" or ")}`,
    );
  for (const name of options.capabilities ?? []) {
    if (!/^CAP_[A-Z0-9_]+$/.test(name))
      throw new RangeError(
        `invalid capability '${name}': expected a name such as 'CAP_CHOWN'`,
      );
  }
  return {
    capabilities: new Set(options.capabilities),
    kernel: version(kernel),
    docker: Architectures[NATIVE[arch]].docker,
  };
}

function version(text: string): readonly [number, number] {
  const found = /^(\d+)\.(\d+)/.exec(text);
  if (found === null)
    throw new RangeError(
      `invalid kernel release '${text}': expected a version such as '6.1'`,
    );
  return [Number(found[1]), Number(found[2])];
}

function counts(rule: ContainerRule, context: Context): boolean {
  const { includes = {}, excludes = {} } = rule;
  return included(includes, context) && !excluded(excludes, context);
}

function included(filter: RuleFilter, context: Context): boolean {
  const { caps = [], arches = [], minKernel } = filter;
  return (
    caps.every((each) => context.capabilities.has(each)) &&
    (arches.length === 0 || arches.includes(context.docker)) &&
    (minKernel === undefined || isAtLeast(context.kernel, minKernel))
  );
}

function excluded(filter: RuleFilter, context: Context): boolean {
  const { caps = [], arches = [], minKernel } = filter;
  return (
    caps.some((each) => context.capabilities.has(each)) ||
    arches.includes(context.docker) ||
    (minKernel !== undefined && isAtLeast(context.kernel, minKernel))
  );
}

function isAtLeast(
  [major, minor]: readonly [number, number],
  wanted: string,
): boolean {
  const [wantedMajor, wantedMinor] = version(wanted);
  return major > wantedMajor || (major === wantedMajor && minor >= wantedMinor);
}

function withoutWhen(
  rule: ContainerRule,
): NonNullable<SeccompProfile["syscalls"]>[number] {
  const { names, action, errnoRet, args } = rule;
  return {
    names,
    action,
    ...(errnoRet !== undefined && { errnoRet }),
    ...(args !== undefined && args.length > 0 && { args }),
  };
}
