import { CgroupError } from "../error.ts";

/** A scope and where it is, as a `cgroupsPath` for systemd says: `slice:prefix:name`. */
export interface UnitPlace {
  /** `"machine.slice"`; `-.slice` is the root. */
  readonly slice: string;
  /** `"libpod-box.scope"` */
  readonly unit: string;
}

const MAX_UNIT_NAME = 255;
const UNIT_CHARACTERS = /^[A-Za-z0-9:_.\\@-]+$/;

/**
 * Parses a `cgroupsPath` for the systemd driver, `slice:prefix:name`: the scope is `prefix-name.scope`, without a
 * prefix `name.scope`. No slice: `system.slice`, or in a user's manager `user.slice`.
 * @throws {CgroupError} `ERR_CGROUP_INVALID`
 */
export function parseUnitPlace(
  cgroupsPath: string,
  { user = false }: { readonly user?: boolean } = {},
): UnitPlace {
  const parts = cgroupsPath.split(":");
  const [slice = "", prefix = "", name = ""] = parts;
  if (parts.length !== 3 || name === "")
    throw invalid(
      "cgroupsPath",
      cgroupsPath,
      "slice:prefix:name, as the systemd driver has it",
    );
  // kubelet's own cgroups; nobody runs a process in one
  if (name.endsWith(".slice"))
    throw invalid(
      "cgroupsPath",
      cgroupsPath,
      "the name of a scope, not of a slice",
    );
  const unit = `${prefix === "" ? name : `${prefix}-${name}`}.scope`;
  if (
    !UNIT_CHARACTERS.test(unit) ||
    unit.length > MAX_UNIT_NAME ||
    unit.startsWith(".")
  )
    throw invalid(
      "unit name",
      unit,
      `letters, digits and :_.\\@- only, at most ${String(MAX_UNIT_NAME)}`,
    );
  const its =
    slice === ""
      ? user
        ? "user.slice"
        : "system.slice"
      : slice === "-"
        ? "-.slice"
        : slice;
  sliceCgroup(its);
  return { slice: its, unit };
}

/**
 * The cgroup of a slice below its manager's: dashes are levels, so that `a-b.slice` is in
 * `/a.slice/a-b.slice`; see systemd.slice(5).
 * @throws {CgroupError} `ERR_CGROUP_INVALID`
 */
export function sliceCgroup(slice: string): string {
  if (slice === "-.slice") return "/";
  const stem = /^(?<stem>[A-Za-z0-9:_.\\@-]+)\.slice$/.exec(slice)?.groups?.[
    "stem"
  ];
  const levels = stem?.split("-") ?? [];
  if (
    levels.length === 0 ||
    levels.includes("") ||
    levels[0]?.startsWith(".") === true
  )
    throw invalid(
      "slice",
      slice,
      "NAME.slice, with single dashes between the levels",
    );
  const paths = levels.map(
    (_, i) => `${levels.slice(0, i + 1).join("-")}.slice`,
  );
  return `/${paths.join("/")}`;
}

function invalid(what: string, text: string, expected: string): CgroupError {
  return new CgroupError(
    "ERR_CGROUP_INVALID",
    `invalid ${what} ${JSON.stringify(text)}: expected ${expected}`,
    { value: text },
  );
}
