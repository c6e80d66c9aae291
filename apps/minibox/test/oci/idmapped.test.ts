import { formatSyscall, inherited } from "@ns/syscalls";
import { expect, test } from "vitest";
import {
  isIdmapped,
  mapSourceOf,
  planIdmapped,
} from "../../src/plan/oci/idmapped.ts";
import { exampleWith, planOf, setupOf } from "./internal/plan.ts";

const MAP = [{ containerID: 0, hostID: 1000, size: 1 }];
const bind = (...options: string[]) => ({
  ...{ destination: "/data", source: "data", options },
});

test.each([
  [bind("bind"), false],
  [bind("bind", "idmap"), true],
  [bind("rbind", "ridmap"), true],
  [{ ...bind("bind"), uidMappings: MAP, gidMappings: MAP }, true],
])(
  "whether ids are mapped is told by options and mappings: %j",
  (mount, is) => {
    expect(isIdmapped(mount)).toBe(is);
  },
);

test("a mount has its own map, else that of the container's user namespace", () => {
  const config = exampleWith((draft) => {
    draft.mounts = [
      { ...bind("bind", "idmap"), uidMappings: MAP, gidMappings: MAP },
      bind("bind", "idmap"),
    ];
  });
  expect(mapSourceOf(config, 0)).toEqual({
    uidMappings: MAP,
    gidMappings: MAP,
  });
  expect(() => mapSourceOf(config, 1)).toThrow(
    "cannot honour mounts[1].options",
  );
  const joined = { type: "user", path: "/proc/7/ns/user" } as const;
  const linux = { ...config.linux, namespaces: [joined] };
  expect(mapSourceOf({ ...config, linux }, 1)).toEqual({
    path: "/proc/7/ns/user",
  });
});

test("a mount is copied, cut off from the host's, changed and mapped before it is seen", () => {
  const plan = planIdmapped(bind("rbind", "ro", "ridmap"), {
    ...{ bundle: "/bundle", userns: 9, why: "mounts[0]" },
  });
  expect([plan.take, ...plan.change(5)].map(formatSyscall)).toEqual([
    'open_tree(AT_FDCWD, "/bundle/data", OPEN_TREE_CLONE|OPEN_TREE_CLOEXEC|AT_RECURSIVE)',
    'mount_setattr(5, "", AT_EMPTY_PATH|AT_RECURSIVE, {attr_set=0, propagation=MS_SLAVE}, 32)',
    'mount_setattr(5, "", AT_EMPTY_PATH, {attr_set=MOUNT_ATTR_RDONLY}, 32)',
    'mount_setattr(5, "", AT_EMPTY_PATH|AT_RECURSIVE, {attr_set=MOUNT_ATTR_IDMAP, userns_fd=9}, 32)',
  ]);
});

test("a file system of its own has no mapped ids", () => {
  const mount = { destination: "/t", source: "t", options: ["idmap"] };
  const how = { bundle: "/bundle", userns: 9, why: "mounts[0]" };
  expect(() => planIdmapped(mount, how)).toThrow();
});

test("the container attaches what the runtime has made", () => {
  const config = exampleWith((draft) => {
    draft.mounts = [{ ...bind("bind", "idmap", "rslave"), uidMappings: MAP }];
  });
  const idmapped = new Map([[0, inherited(7, "mounts[0]")]]);
  const setup = setupOf(planOf(config, { idmapped }));
  const attach = setup.filter((line) => line.includes("<mounts[0]>"));
  expect(attach).toEqual([
    'move_mount(<mounts[0]>, "", <place>, "", MOVE_MOUNT_F_EMPTY_PATH|MOVE_MOUNT_T_EMPTY_PATH) # mounts[0]: /data',
    expect.stringContaining("propagation=MS_SLAVE"),
    "close(<mounts[0]>)",
  ]);
  expect(setup.join("\n")).not.toContain("/bundle/data");
});
