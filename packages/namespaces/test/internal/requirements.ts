import { findProgram, type Requirement } from "@ns/testkit";

/** lsns(8), whose Debian package is listed for another program of its. */
export const lsns: Requirement = {
  met: () => findProgram("lsns") !== undefined,
  reason: "needs lsns: apt-get install util-linux",
};

/** script(1), to run something on a terminal. */
export const script: Requirement = {
  met: () => findProgram("script") !== undefined,
  reason: "needs script: apt-get install bsdutils",
};
