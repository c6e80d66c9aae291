import { chownSync, mkdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { program, requires, root } from "@ns/testkit";
import { expect, test } from "vitest";
import { Bundle, type Draft, uniqueId } from "../internal/bundle.ts";

const NEEDS = [root, program("busybox")] as const;
const MAP = [{ containerID: 0, hostID: 1000, size: 10 }];

/** A bundle with a directory that holds a file of root's and one of user 3. */
function bundleWith(script: string, change: (config: Draft) => void): Bundle {
  const bundle = new Bundle();
  const data = join(bundle.directory, "data");
  mkdirSync(data);
  mkdirSync(join(bundle.rootfs, "data"));
  writeFileSync(join(data, "of-0"), "");
  writeFileSync(join(data, "of-3"), "");
  chownSync(join(data, "of-3"), 3, 3);
  return bundle.configure(script, change);
}

function bind(options: string[]): NonNullable<Draft["mounts"]>[number] {
  return { destination: "/data", source: "data", options };
}

test.for<[string, string[]]>([
  ["by the option", ["bind", "idmap"]],
  ["of a whole tree", ["rbind", "ridmap"]],
  ["without an option", ["bind"]],
])(
  "a file owned by 0 shows as the mapped id, %s",
  async ([, options], context) => {
    requires(context, ...NEEDS);
    const bundle = bundleWith(
      "stat -c %u:%g /data/of-0 /data/of-3; touch /data/new",
      (config) => {
        if (config.process?.user !== undefined)
          config.process.user = { uid: 1005, gid: 1005 };
        const mapped = { uidMappings: MAP, gidMappings: MAP };
        config.mounts?.push({ ...bind(options), ...mapped });
      },
    );
    chownSync(join(bundle.directory, "data"), 5, 5);
    const { stdout } = await bundle.minibox("run", uniqueId());
    expect(stdout).toBe("1000:1000\n1003:1003\n");
    // what is made by 1005 inside belongs to 5 on the disk
    expect(statSync(join(bundle.directory, "data/new")).uid).toBe(5);
  },
);

test("without mappings they are those of the container's user namespace", async (context) => {
  requires(context, ...NEEDS);
  const bundle = bundleWith("stat -c %u /data/of-0 /data/of-3", (config) => {
    config.mounts?.push(bind(["bind", "idmap", "ro"]));
    const map = [{ containerID: 0, hostID: 100_000, size: 65_536 }];
    config.linux = {
      ...config.linux,
      namespaces: [...(config.linux?.namespaces ?? []), { type: "user" }],
      uidMappings: map,
      gidMappings: map,
    };
  });
  const { stdout, stderr } = await bundle.minibox("run", uniqueId());
  expect([stdout, stderr]).toEqual(["0\n3\n", ""]);
});

test("a file system that cannot do it is an error that names the mount", async (context) => {
  requires(context, ...NEEDS);
  const bundle = new Bundle().configure("true", (config) => {
    const mapped = { uidMappings: MAP, gidMappings: MAP };
    const proc = { destination: "/p", source: "/proc", options: ["bind"] };
    config.mounts?.push({ ...proc, ...mapped });
  });
  const { code, stderr } = await bundle.minibox("create", uniqueId());
  expect(code).toBe(1);
  expect(stderr).toMatch(/cannot honour mounts\[\d+\]: mapped ids: EINVAL/);
  expect(bundle.ids()).toEqual([]);
});
