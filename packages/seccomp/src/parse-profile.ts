import { Actions, type ActionName, MAX_ERRNO, takesErrno } from "./action.ts";
import { Architectures } from "./architecture.ts";
import { SeccompError } from "./error.ts";
import { Flags } from "./flag.ts";
import { JsonValue } from "./internal/json-value.ts";
import {
  type ArgumentCondition,
  type ArchitectureMap,
  type ContainerProfile,
  type ContainerRule,
  Operators,
  type RuleFilter,
} from "./profile.ts";

/**
 * Parses a profile as it is in files: the `linux.seccomp` of an OCI bundle, or Docker's form. Integers of any size
 * keep their value.
 * @throws {SeccompError} `ERR_SECCOMP_PROFILE`, with the `path` of what is wrong.
 */
export function parseProfile(text: string): ContainerProfile {
  let value: unknown;
  try {
    value = (JSON.parse as ParseWithSource)(text, exactIntegers);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new SeccompError(
      "ERR_SECCOMP_PROFILE",
      `invalid seccomp profile: expected JSON: ${reason}`,
      { cause },
    );
  }
  return checkProfile(value);
}

type Reviver = (
  key: string,
  value: unknown,
  context: { readonly source?: string },
) => unknown;

/** JSON.parse with the text of each number, ECMAScript 2026; the types of TypeScript 7 lack it. */
type ParseWithSource = (text: string, reviver: Reviver) => unknown;

const exactIntegers: Reviver = (_key, value, { source }) =>
  typeof value === "number" &&
  !Number.isSafeInteger(value) &&
  /^-?\d+$/.test(source ?? "")
    ? BigInt(source ?? "")
    : value;

/**
 * Checks a profile that came from elsewhere and returns what is known of it; members that this package does not know
 * are left out, as the runtime specification wants.
 * @throws {SeccompError} `ERR_SECCOMP_PROFILE`, with the `path` of what is wrong.
 */
export function checkProfile(value: unknown): ContainerProfile {
  const at = new JsonValue(value);
  const defaultAction = at.need("defaultAction").oneOf(Actions);
  if (defaultAction === "SCMP_ACT_NOTIFY") {
    throw at
      .need("defaultAction")
      .fail("expected another action: nobody could answer before the exec");
  }
  const architectures = at.get("architectures");
  const archMap = at.get("archMap");
  if ((architectures?.items().length ?? 0) > 0 && archMap !== undefined)
    throw archMap.fail("expected either this or architectures");
  return {
    defaultAction,
    ...errnoOf(at, "defaultErrnoRet", defaultAction),
    ...optional("architectures", architectures, (each) =>
      each.items().map((item) => item.oneOf(Architectures)),
    ),
    ...optional("archMap", archMap, (each) =>
      each.items().map(architectureMap),
    ),
    ...optional("flags", at.get("flags"), (each) =>
      each.items().map((item) => item.oneOf(Flags)),
    ),
    ...optional("listenerPath", at.get("listenerPath"), (each) => each.text()),
    ...optional("listenerMetadata", at.get("listenerMetadata"), (each) =>
      each.text(),
    ),
    ...optional("syscalls", at.get("syscalls"), (each) =>
      each.items().map(rule),
    ),
  };
}

/** An object with this one member, or with none: a member that is undefined is another thing. */
function optional<K extends string, T>(
  key: K,
  at: JsonValue | undefined,
  read: (at: JsonValue) => T,
): Partial<Record<K, T>> {
  return at === undefined ? {} : ({ [key]: read(at) } as Record<K, T>);
}

function errnoOf<K extends "errnoRet" | "defaultErrnoRet">(
  at: JsonValue,
  key: K,
  action: ActionName,
): Partial<Record<K, number>> {
  return optional(key, at.get(key), (each) => {
    if (!takesErrno(action))
      throw each.fail(`expected none: ${action} has no errno`);
    return each.integer(action === "SCMP_ACT_ERRNO" ? MAX_ERRNO : 0xffff);
  });
}

function architectureMap(at: JsonValue): ArchitectureMap {
  return {
    architecture: at.need("architecture").oneOf(Architectures),
    ...optional("subArchitectures", at.get("subArchitectures"), (each) =>
      each.items().map((item) => item.oneOf(Architectures)),
    ),
  };
}

function rule(at: JsonValue): ContainerRule {
  const action = at.need("action").oneOf(Actions);
  const names = namesOf(at);
  if (action === "SCMP_ACT_NOTIFY" && names.includes("write")) {
    throw at
      .need("action")
      .fail("expected another action for write, as runc does");
  }
  return {
    names,
    action,
    ...errnoOf(at, "errnoRet", action),
    ...optional("args", at.get("args"), (each) => each.items().map(condition)),
    ...optional("comment", at.get("comment"), (each) => each.text()),
    ...optional("includes", at.get("includes"), filter),
    ...optional("excludes", at.get("excludes"), filter),
  };
}

/** `names`, or the `name` that Docker's profiles had before. */
function namesOf(at: JsonValue): readonly string[] {
  const name = at.get("name");
  if (name === undefined || name.value === "") {
    const names = at.need("names");
    if (names.items().length === 0) throw names.fail("expected a name");
    return names.texts();
  }
  if ((at.get("names")?.items().length ?? 0) > 0)
    throw name.fail("expected either this or names");
  return [name.text()];
}

function condition(at: JsonValue): ArgumentCondition {
  return {
    index: at.need("index").integer(5),
    op: at.need("op").oneOf(Operators),
    value: at.need("value").unsigned64(),
    ...optional("valueTwo", at.get("valueTwo"), (each) => each.unsigned64()),
  };
}

function filter(at: JsonValue): RuleFilter {
  return {
    ...optional("caps", at.get("caps"), (each) => each.texts()),
    ...optional("arches", at.get("arches"), (each) => each.texts()),
    ...optional("minKernel", at.get("minKernel"), (each) => {
      if (!/^\d{1,6}\.\d{1,6}$/.test(each.text()))
        throw each.fail("expected a version such as '4.8'");
      return each.text();
    }),
  };
}
