/** The version of the specification that this package is written after. */
export const OCI_VERSION = "1.3.0";

/**
 * Whether documents of this version are understood: all of 1.x, which are compatible both ways, and what came before a
 * release of them (`1.0.2-dev`). Members that are newer than this package are ignored.
 */
export function isSupportedVersion(version: string): boolean {
  // semver.org; one expression for all of it takes longer to compile than the rest of a configuration to check
  const [release = "", ...build] = version.split("+");
  const dash = release.indexOf("-");
  const numbers = (dash === -1 ? release : release.slice(0, dash)).split(".");
  const names = [
    ...build,
    ...(dash === -1 ? [] : [release.slice(dash + 1)]),
  ].flatMap((each) => each.split("."));
  return (
    numbers[0] === "1" &&
    numbers.length === 3 &&
    numbers.every((each) => /^\d{1,9}$/.test(each) && !/^0./.test(each)) &&
    build.length <= 1 &&
    names.every((each) => /^[0-9A-Za-z-]+$/.test(each))
  );
}
