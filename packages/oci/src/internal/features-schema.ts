import type { Features } from "../features.ts";
import { versionSchema } from "./version-schema.ts";
import {
  flag,
  mapOf,
  members,
  type Schema,
  schemaOf,
  text,
  texts,
} from "./words.ts";

export const featuresSchema: () => Schema<Features> = schemaOf<Features>()(
  () => {
    const supported = members({}, { enabled: flag });
    return members(
      { ociVersionMin: versionSchema, ociVersionMax: versionSchema },
      {
        hooks: texts,
        mountOptions: texts,
        linux: members(
          {},
          {
            namespaces: texts,
            capabilities: texts,
            cgroup: members(
              {},
              {
                v1: flag,
                v2: flag,
                systemd: flag,
                systemdUser: flag,
                rdma: flag,
              },
            ),
            seccomp: members(
              {},
              {
                enabled: flag,
                actions: texts,
                operators: texts,
                archs: texts,
                knownFlags: texts,
                supportedFlags: texts,
              },
            ),
            apparmor: supported,
            selinux: supported,
            intelRdt: members(
              {},
              { enabled: flag, schemata: flag, monitoring: flag },
            ),
            memoryPolicy: members({}, { modes: texts, flags: texts }),
            mountExtensions: members({}, { idmap: supported }),
            netDevices: supported,
          },
        ),
        annotations: mapOf(text),
        potentiallyUnsafeConfigAnnotations: texts,
      },
    );
  },
);
