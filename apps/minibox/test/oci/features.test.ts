import { MOUNT_OPTIONS, NAMESPACE_TYPES, SECCOMP_ACTIONS } from "@ns/oci";
import { parseMountOptions } from "@ns/mount";
import { expect, test } from "vitest";
import { describeFeatures } from "../../src/oci/features.ts";
import { exampleWith, planOf } from "./internal/plan.ts";

const features = describeFeatures();

test("what can be asked for is all that the specification has", () => {
  expect(features.mountOptions).toEqual(MOUNT_OPTIONS);
  expect(features.linux?.namespaces).toEqual(NAMESPACE_TYPES);
  expect(features.linux?.seccomp?.actions).toEqual(SECCOMP_ACTIONS);
  expect(features.linux).toMatchObject({
    intelRdt: { enabled: true, schemata: true, monitoring: true },
    mountExtensions: { idmap: { enabled: true } },
    ...{ netDevices: { enabled: true }, apparmor: { enabled: true } },
    selinux: { enabled: true },
  });
  // no annotation changes what happens on the host
  expect(features.potentiallyUnsafeConfigAnnotations).toEqual([]);
});

test.each(MOUNT_OPTIONS)(
  "the mount option %s is known, and no data",
  (option) => {
    expect(parseMountOptions([option]).data).toEqual([]);
  },
);

test.each(
  MOUNT_OPTIONS.filter(
    (option) => !["bind", "rbind", "idmap", "ridmap"].includes(option),
  ),
)("a tmpfs may have the option %s", (option) => {
  const config = exampleWith((draft) => {
    draft.mounts = [
      { destination: "/t", type: "tmpfs", source: "t", options: [option] },
    ];
  });
  expect(planOf(config).options.setup?.length).toBeGreaterThan(0);
});
