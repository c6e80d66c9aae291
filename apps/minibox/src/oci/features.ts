import {
  CAPABILITY_NAMES,
  type Features,
  HOOK_NAMES,
  MEMORY_POLICY_FLAGS,
  MEMORY_POLICY_MODES,
  MOUNT_OPTIONS,
  NAMESPACE_TYPES,
  OCI_VERSION,
  SECCOMP_ACTIONS,
  SECCOMP_ARCHITECTURES,
  SECCOMP_FLAGS,
  SECCOMP_OPERATORS,
} from "@ns/oci";
import manifest from "../../package.json" with { type: "json" };

/** What a configuration may ask for; see features.md. */
export function describeFeatures(): Features {
  return {
    ociVersionMin: "1.0.0",
    ociVersionMax: OCI_VERSION,
    hooks: HOOK_NAMES,
    mountOptions: MOUNT_OPTIONS,
    // none of them changes what happens on the host
    potentiallyUnsafeConfigAnnotations: [],
    linux: {
      namespaces: NAMESPACE_TYPES,
      capabilities: CAPABILITY_NAMES,
      cgroup: {
        v1: true,
        v2: true,
        systemd: true,
        systemdUser: true,
        rdma: true,
      },
      seccomp: {
        enabled: true,
        actions: SECCOMP_ACTIONS,
        operators: SECCOMP_OPERATORS,
        archs: SECCOMP_ARCHITECTURES,
        knownFlags: SECCOMP_FLAGS,
      },
      apparmor: { enabled: true },
      selinux: { enabled: true },
      intelRdt: { enabled: true, schemata: true, monitoring: true },
      memoryPolicy: { modes: MEMORY_POLICY_MODES, flags: MEMORY_POLICY_FLAGS },
      mountExtensions: { idmap: { enabled: true } },
      netDevices: { enabled: true },
    },
    annotations: { "minibox.version": manifest.version },
  };
}
