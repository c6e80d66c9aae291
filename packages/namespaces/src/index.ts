export {
  NAMESPACE_KINDS,
  NAMESPACE_LINKS,
  cloneFlagOf,
  isNamespaceKind,
  kindOfCloneFlag,
  kindOfLink,
  type NamespaceKind,
  type NamespaceLink,
} from "./kind.ts";
export {
  readNamespaces,
  type ProcessNamespaces,
} from "./process-namespaces.ts";
export {
  sameNamespace,
  parseNamespaceLink,
  formatNamespaceLink,
  type NamespaceId,
} from "./identity.ts";
export {
  INITIAL_INODES,
  isInitialNamespace,
  isInUserNamespace,
} from "./initial.ts";

export { openNamespace, type NamespaceSource } from "./open.ts";
export { type Namespace } from "./namespace.ts";
export {
  nsGetUserns,
  nsGetParent,
  nsGetNstype,
  nsGetOwnerUid,
} from "./ioctl-ns.ts";

export {
  joinNamespaces,
  joinSteps,
  joinTargets,
  type JoinByDescriptor,
} from "./join.ts";

export { persistNamespace, persistSteps } from "./persist.ts";
export { unpersistNamespace, unpersistSteps } from "./unpersist.ts";
export {
  makePersistDirectory,
  persistDirectorySteps,
  type PersistDirectoryOptions,
} from "./persist-directory.ts";

export {
  listNamespaces,
  type NamespaceListing,
  type ListedNamespace,
  type ListedProcess,
  type UnreadableProcess,
  type Holder,
} from "./list.ts";
export { namespaceTree, type NamespaceNode } from "./tree.ts";
export {
  formatNamespaceTree,
  type TreeFormat,
  type TreeStyle,
} from "./format-tree.ts";

export {
  parseProcessStatus,
  readProcessStatus,
  type ProcessStatus,
} from "./process-status.ts";
export { parseCommandLine, readCommandLine } from "./command-line.ts";
export {
  parseNsfsMounts,
  readNsfsMounts,
  type NsfsMount,
} from "./nsfs-mount.ts";
export { readHeldNamespaces, type HeldNamespace } from "./held-namespaces.ts";

export { NamespaceError, type NamespaceErrorCode } from "./error.ts";
