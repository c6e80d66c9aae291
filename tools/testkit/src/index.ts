export {
  asUser,
  run,
  UNPRIVILEGED_UID,
  type RunOptions,
  type RunResult,
} from "./run.ts";
export {
  program,
  requires,
  root,
  unprivilegedUser,
  unprivilegedUserNamespaces,
  type Requirement,
} from "./requirements.ts";
export {
  cgroup2,
  delegatedCgroup,
  systemd,
  userBus,
} from "./machine-requirements.ts";
export { diffHostState, hostState, type HostState } from "./host-state.ts";
export { checkout, checkoutFor } from "./checkout.ts";
export { fixturesIn, type Fixtures, type RunFixture } from "./fixtures.ts";
export { runDirectory, temporaryDirectory } from "./run-directory.ts";
export { debianPackages, missingDebianPackages } from "./debian-packages.ts";
export { findProgram, pathWithPnpm } from "./programs.ts";
