import { program, requires, run } from "@ns/testkit";
import { expect, test } from "vitest";
import {
  type Features,
  formatFeatures,
  parseFeatures,
  unsafeAnnotations,
} from "../src/index.ts";
import { pathsOf } from "./internal/error-of.ts";
import { fixture } from "./internal/fixtures.ts";

test("what runc prints is read, and written again", async (context) => {
  requires(context, program("runc"));
  const { stdout } = await run("runc", ["features"]);
  const features = parseFeatures(stdout);
  expect(JSON.parse(formatFeatures(features))).toEqual(JSON.parse(stdout));
  expect(features.linux?.cgroup?.v1).toBe(true);
  expect(parseFeatures(fixture("runc.features.json")).ociVersionMin).toBe(
    "1.0.0",
  );
});

test("null is unknown, as if it were not there", () => {
  const text = `{"ociVersionMin":"1.0.0","ociVersionMax":"1.3.0","hooks":null,"linux":{"netDevices":{"enabled":null}}}`;
  expect(parseFeatures(text)).toEqual({
    ociVersionMin: "1.0.0",
    ociVersionMax: "1.3.0",
    linux: { netDevices: {} },
  } satisfies Features);
});

test("a wrong member is found", () => {
  const text = `{"ociVersionMin":"1.0.0","linux":{"seccomp":{"enabled":"yes","archs":"x86"}}}`;
  expect(pathsOf(() => parseFeatures(text))).toEqual([
    "ociVersionMax",
    "linux.seccomp.enabled",
    "linux.seccomp.archs",
  ]);
});

test("annotations that change the host are found by name and by beginning", () => {
  const annotations = {
    "org.criu.config": "/x",
    "run.oci.hooks.stdout": "/y",
    "org.criu.configs": "",
    other: "",
  };
  expect(
    unsafeAnnotations(annotations, ["org.criu.config", "run.oci."]),
  ).toEqual(["org.criu.config", "run.oci.hooks.stdout"]);
});
