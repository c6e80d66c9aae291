import { asDocument, parseDocument } from "./internal/document.ts";
import { featuresSchema } from "./internal/features-schema.ts";
import { formatJson } from "./internal/json.ts";

/** What a runtime knows of, wherever it runs; what is not there is unknown, not unsupported. Specification 1.1. */
export interface Features {
  /** The lowest version of the specification that is understood. */
  readonly ociVersionMin: string;
  /** The highest; nothing that is newer is in the document. */
  readonly ociVersionMax: string;
  readonly hooks?: readonly string[];
  /** Without those for file systems. */
  readonly mountOptions?: readonly string[];
  readonly linux?: LinuxFeatures;
  /** Of the runtime itself. */
  readonly annotations?: Readonly<Record<string, string>>;
  /** Annotations of a config.json that change what happens on the host; one with a dot at its end is a beginning. */
  readonly potentiallyUnsafeConfigAnnotations?: readonly string[];
}

export interface LinuxFeatures {
  readonly namespaces?: readonly string[];
  readonly capabilities?: readonly string[];
  readonly cgroup?: CgroupFeatures;
  readonly seccomp?: SeccompFeatures;
  readonly apparmor?: Supported;
  readonly selinux?: Supported;
  readonly intelRdt?: IntelRdtFeatures;
  readonly memoryPolicy?: MemoryPolicyFeatures;
  readonly mountExtensions?: { readonly idmap?: Supported };
  readonly netDevices?: Supported;
}

export interface Supported {
  readonly enabled?: boolean;
}

export interface CgroupFeatures {
  readonly v1?: boolean;
  readonly v2?: boolean;
  readonly systemd?: boolean;
  readonly systemdUser?: boolean;
  readonly rdma?: boolean;
}

export interface SeccompFeatures extends Supported {
  readonly actions?: readonly string[];
  readonly operators?: readonly string[];
  readonly archs?: readonly string[];
  readonly knownFlags?: readonly string[];
  /** Of the known ones those that this kernel and library have. */
  readonly supportedFlags?: readonly string[];
}

export interface IntelRdtFeatures extends Supported {
  /** Specification 1.3, as the next. */
  readonly schemata?: boolean;
  readonly monitoring?: boolean;
}

/** Specification 1.3. */
export interface MemoryPolicyFeatures {
  readonly modes?: readonly string[];
  readonly flags?: readonly string[];
}

const FEATURES = { name: "features", code: "ERR_INVALID_FEATURES" } as const;

/**
 * Parses a features document: what `runc features` prints.
 * @throws {OciError} `ERR_INVALID_FEATURES`
 */
export function parseFeatures(document: string | Uint8Array): Features {
  return parseDocument(document, featuresSchema(), FEATURES);
}

/**
 * The text of a features document.
 * @throws {OciError} `ERR_INVALID_FEATURES` for one that could not be parsed again.
 */
export function formatFeatures(features: Features): string {
  return `${formatJson(asDocument(features, featuresSchema(), FEATURES))}\n`;
}

/**
 * The annotations that change what happens on the host: those that `potentiallyUnsafeConfigAnnotations` names, or begins.
 */
export function unsafeAnnotations(
  annotations: Readonly<Record<string, string>>,
  unsafe: readonly string[],
): string[] {
  return Object.keys(annotations).filter((key) =>
    unsafe.some((each) =>
      each.endsWith(".") ? key.startsWith(each) : key === each,
    ),
  );
}
