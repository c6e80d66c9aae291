export { commandScript } from "./initramfs.ts";
export { payloadOf } from "./kernel-image.ts";
export {
  mergeReports,
  type Outcome,
  type Report,
  type ReportOf,
} from "./merge-reports.ts";
export { loadOrder } from "./modules.ts";
export { parseOptions, type Options } from "./options.ts";
