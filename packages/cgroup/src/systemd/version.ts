import { CgroupError } from "../error.ts";

/** The number in a version of systemd, of which distributions write many forms: `v245.4-1.fc32`, `252`. */
export function parseSystemdVersion(text: string): number {
  const number = /^"?v?(?<number>\d+)/.exec(text)?.groups?.["number"];
  if (number === undefined)
    throw new CgroupError(
      "ERR_CGROUP_INVALID",
      `invalid version of systemd ${JSON.stringify(text)}: expected a number first`,
    );
  return Number(number);
}
