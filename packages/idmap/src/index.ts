export {
  parseIdMap,
  formatIdMap,
  checkIdMap,
  readIdMap,
  toHost,
  toContainer,
  MAX_LINES,
  type IdMap,
  type IdMapping,
  type IdKind,
} from "./id-map.ts";
export {
  hostId,
  containerId,
  parseId,
  MAX_ID,
  OVERFLOW_ID,
  type HostId,
  type ContainerId,
} from "./id.ts";
export { checkMapWriter, canWriteMap, type MapWriter } from "./map-writer.ts";
export { idMapSteps, writeIdMaps, type IdMaps } from "./write-maps.ts";
export { newuidmap, newgidmap } from "./id-mapper.ts";
export { parseSetgroups, readSetgroups } from "./setgroups.ts";
export {
  readSubordinateIds,
  parseSubordinateIds,
  subordinateIdsOf,
  type IdRange,
  type Owner,
  type SubordinateRange,
} from "./subordinate-ids.ts";
export {
  rootlessMap,
  keepIdMap,
  allocateRange,
  type MapSize,
} from "./rootless.ts";
export {
  homeIn,
  resolveUserIn,
  readUserDatabase,
  type Root,
} from "./user-root.ts";
export {
  resolveUser,
  parseUserSpec,
  homeOf,
  type Principal,
  type User,
  type UserSpec,
} from "./user-spec.ts";
export {
  parsePasswd,
  parseGroup,
  type GroupEntry,
  type PasswdEntry,
  type UserDatabase,
} from "./user-database.ts";
export { IdmapError, type IdmapErrorCode } from "./error.ts";
