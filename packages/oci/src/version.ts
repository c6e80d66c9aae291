/** The version of the specification that this package is written after. */
export const OCI_VERSION = "1.3.0";

// semver.org, without the capture of what is not needed
const VERSION =
  /^(0|[1-9]\d{0,8})\.(?:0|[1-9]\d{0,8})\.(?:0|[1-9]\d{0,8})(?:-[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?(?:\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?$/;

/**
 * Whether documents of this version are understood: all of 1.x, which are compatible both ways, and what came before a
 * release of them (`1.0.2-dev`). Members that are newer than this package are ignored.
 */
export function isSupportedVersion(version: string): boolean {
  return VERSION.exec(version)?.[1] === "1";
}
