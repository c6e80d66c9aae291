import { expect, test } from "vitest";
import { isSamePlace } from "../../src/oci/confirm-cgroups.ts";

test.each([
  ["/a/id", "/a/id", true],
  // the mount begins below the top
  ["/docker/1/a/id", "/a/id", true],
  // our cgroup namespace does
  ["/id", "/docker/1/id", true],
  ["/../../a/id", "/a/id", true],
  ["/../2/id", "/docker/2/id", true],
  ["/", "/a/id", false],
  ["/..", "/a/id", false],
  ["/a", "/a/id", false],
  ["/a/id (deleted)", "/a/id", false],
  ["/a/id2", "/a/id", false],
  ["/aid", "/id", false],
] as const)(
  "a process in %s is in the directory at %s of a mount: %s",
  (path, below, is) => {
    expect(isSamePlace(path, below)).toBe(is);
  },
);
