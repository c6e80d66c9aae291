export { Capabilities, SecureBits, type CapabilitySets } from "@ns/syscalls";
export {
  capabilityName,
  capabilityNumber,
  lastCapability,
  MAX_CAPABILITY,
} from "./name.ts";
export { maskOf, numbersIn, namesIn, allCapabilities } from "./mask.ts";
export {
  readCapabilities,
  parseStatus,
  getCapabilities,
  newUserNamespaceCapabilities,
  type CapabilityState,
} from "./state.ts";
export {
  capabilitySteps,
  applyCapabilities,
  type CapabilityChange,
} from "./change.ts";
export {
  dropBounding,
  raiseAmbient,
  lowerAmbient,
  clearAmbient,
} from "./prctl.ts";
export {
  parseCapabilities,
  formatCapabilities,
  type TextOptions,
} from "./text.ts";
export {
  readSecureBits,
  setSecureBits,
  formatSecureBits,
} from "./secure-bits.ts";
export {
  parseFileCapabilities,
  formatFileCapabilities,
  readFileCapabilities,
  setFileCapabilities,
  removeFileCapabilities,
  type FileCapabilities,
} from "./file-capabilities.ts";
export { CapabilityError, type CapabilityErrorCode } from "./error.ts";
