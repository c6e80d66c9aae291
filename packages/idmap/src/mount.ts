export { openUserNamespace, UserNamespace } from "./user-namespace.ts";
export {
  bindIdmapped,
  idmappedBindSteps,
  idmapMount,
  type IdmappedBind,
  type TreeOptions,
} from "./idmapped-mount.ts";
