import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { checkoutFor, program, requires, root } from "@ns/testkit";
import { expect, test } from "vitest";
import { Bundle, type Draft, unescaped, uniqueId } from "../internal/bundle.ts";

const NEEDS = [
  ...[root, program("busybox"), program("ip"), program("setpriv")],
] as const;

const DEVICE =
  "ip link add left mtu 1400 type veth peer name right; ip link set left address 02:00:00:00:00:07; ip addr add 10.9.8.7/24 dev left; ip addr add fd00::7/64 dev left nodad; ip addr add 10.9.9.8/24 scope link dev left; ip link set left up";

/** Runs minibox in a network namespace of the test's, where `prepare` has been done. */
function inNetwork(bundle: Bundle, prepare: string): string {
  const script = join(bundle.directory, "in-network");
  const minibox = join(checkoutFor(0), "apps/minibox/bin/minibox");
  writeFileSync(
    script,
    `#!/bin/sh\nexec unshare -n sh -c '${prepare}; ${minibox} "$@"; code=$?; ip -o link; exit $code' sh "$@"\n`,
  );
  chmodSync(script, 0o755);
  return script;
}

function bundleWith(
  inside: string,
  netDevices: Record<string, { name?: string }>,
  change: (config: Draft) => void = () => undefined,
): Bundle {
  return new Bundle().configure(inside, (config) => {
    config.linux = { ...config.linux, netDevices };
    change(config);
  });
}

const userNamespace = (config: Draft): void => {
  const map = [{ containerID: 0, hostID: 0, size: 65_536 }];
  config.linux = {
    ...config.linux,
    namespaces: [...(config.linux?.namespaces ?? []), { type: "user" }],
    uidMappings: map,
    gidMappings: map,
  };
};

test.for<[string, (config: Draft) => void]>([
  ["", () => undefined],
  [" in a user namespace", userNamespace],
])(
  "a network device is moved and renamed with what it is, its global addresses, and up%s",
  async ([, change], context) => {
    requires(context, ...NEEDS);
    const bundle = bundleWith(
      "ip addr show dev eth0; ip route",
      { left: { name: "eth0" } },
      change,
    );
    const { stdout, stderr } = await bundle.runtime(
      inNetwork(bundle, DEVICE),
      ...["run", uniqueId()],
    );
    expect(stderr).toBe("");
    expect(stdout).toMatch(/eth0@if\d+: <[^>]*\bUP\b/);
    for (const part of ["mtu 1400", "02:00:00:00:00:07", "inet 10.9.8.7/24"])
      expect(stdout).toContain(part);
    expect(stdout).toContain("inet6 fd00::7/64 scope global");
    expect(stdout).toContain("10.9.8.0/24 dev eth0");
    // an address for the link alone stays behind
    expect(stdout).not.toContain("10.9.9.8");
  },
);

test("a device keeps its name without another, and a pattern is a name that is free", async (context) => {
  requires(context, ...NEEDS);
  const bundle = bundleWith("ls /sys/class/net", {
    one: {},
    two: { name: "eth%d" },
  });
  const prepare =
    "ip link add one type veth peer name three; ip link add two type veth peer name four; ip link add five type veth peer name six";
  const { stdout, stderr } = await bundle.runtime(
    inNetwork(bundle, prepare),
    ...["run", uniqueId()],
  );
  expect(stderr).toBe("");
  expect(stdout).toMatch(/^eth0\nlo\none\n/);
  // of the host's, what was not asked for is left
  expect(stdout).toMatch(/: five@/);
  expect(stdout).not.toMatch(/: two@/);
});

test.for<[string, Record<string, { name?: string }>, string]>([
  ["that is not there", { none: {} }, "the host has no network device 'none'"],
  [
    "whose name is taken",
    { one: { name: "lo" } },
    "the container's network has a device 'lo' already",
  ],
])(
  "a device %s is an error that names it, and the host keeps what it has",
  async ([, netDevices, says], context) => {
    requires(context, ...NEEDS);
    const bundle = bundleWith("true", netDevices);
    const { code, stdout, stderr } = await bundle.runtime(
      inNetwork(bundle, "ip link add one type veth peer name two"),
      ...["create", uniqueId()],
    );
    expect(code).toBe(1);
    const [name = ""] = Object.keys(netDevices);
    expect(unescaped(stderr)).toContain(
      `cannot honour linux.netDevices["${name}"]: ${says}`,
    );
    expect(stdout).toMatch(/: one@/);
    expect(bundle.ids()).toEqual([]);
  },
);
