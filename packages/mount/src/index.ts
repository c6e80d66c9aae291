export { mount } from "./mount.ts";
export { planMount, type PlanMountOptions } from "./plan-mount.ts";
export {
  parseMountRequest,
  type MountOperation,
  type MountRequest,
  type ParsedRequest,
} from "./mount-request.ts";
export {
  planUnmount,
  unmount,
  unmountAll,
  type UnmountOptions,
} from "./unmount.ts";
export {
  makeMount,
  makePrivate,
  makeRPrivate,
  makeRShared,
  makeRSlave,
  makeRUnbindable,
  makeShared,
  makeSlave,
  makeUnbindable,
  planPropagation,
  setPropagation,
} from "./propagation.ts";
export type { PropagationType } from "./mount-option-table.ts";

export {
  openRoot,
  Root,
  type PlaceOptions,
  type ResolveOptions,
  type RootMakeOptions,
  type RootMountOptions,
  type RootOpenOptions,
  type RootOptions,
} from "./root.ts";
export { Handle, openPath, type OpenPathOptions } from "./handle.ts";
export {
  enterRoot,
  isInitialRoot,
  pivotRoot,
  planEnterRoot,
  planMoveRoot,
  planPivotRoot,
  type MoveRootOptions,
  type PivotRootOptions,
} from "./pivot-root.ts";

export {
  filesystem,
  planConfigure,
  type Filesystem,
  type FilesystemOptions,
  type Parameter,
} from "./filesystem.ts";
export { tmpfs, type TmpfsOptions } from "./tmpfs.ts";
export { overlay, type OverlayOptions } from "./overlay.ts";
export {
  cgroup,
  cgroup2,
  devpts,
  mqueue,
  proc,
  sysfs,
  type Cgroup2Options,
  type CgroupOptions,
  type DevptsOptions,
  type ProcOptions,
} from "./kernel-filesystems.ts";

export {
  createMount,
  planCreate,
  type CreateOptions,
  type PlanCreateOptions,
} from "./create-mount.ts";
export {
  cloneTree,
  planCloneTree,
  type CloneOptions,
  type PlanCloneOptions,
  type PlannedMount,
} from "./clone-tree.ts";
export {
  DetachedMount,
  planAttach,
  type AttachOptions,
  type DetachedOptions,
} from "./detached-mount.ts";
export {
  planSetAttributes,
  setAttributes,
  type SetAttributesOptions,
} from "./set-attributes.ts";
export {
  attributesOfFlags,
  attributesOfOptions,
  flagsOfAttributes,
  type AttributeChange,
} from "./attributes.ts";
export { FULL_MOUNT_API, probeMountApi, type MountApi } from "./mount-api.ts";

export {
  parseMountinfo,
  readMountinfo,
  type MountFilter,
  type MountInfo,
} from "./mountinfo.ts";
export {
  at,
  atOrAbove,
  atOrBelow,
  every,
  ofType,
  topMountAt,
  treeOf,
} from "./mount-filter.ts";
export { propagationOf, type MountPropagation } from "./mount-propagation.ts";
export { isMountPoint, mountOf } from "./mounted.ts";
export { mountIdOf, uniqueMountIdOf } from "./mount-id.ts";
export { listMounts, statMount, type ListMountsOptions } from "./mount-list.ts";
export { parseMountOptions, type MountOptions } from "./mount-options.ts";
export { splitOptions, type SplitOptions } from "./split-options.ts";
export { MountError, type MountErrorCode } from "./error.ts";
