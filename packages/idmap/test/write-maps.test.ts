import { formatStep } from "@ns/syscalls";
import {
  program,
  requires,
  type Requirement,
  root,
  unprivilegedUser,
  unprivilegedUserNamespaces,
} from "@ns/testkit";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import {
  idMapSteps,
  newuidmap,
  parseIdMap,
  parseSetgroups,
  readSetgroups,
} from "../src/index.ts";
import { codeOf } from "./internal/code-of.ts";
import { fixtureAsUser, runFixture, runFixtureAsUser } from "./run-fixture.ts";

const one = parseIdMap("0 1000 1");

test("the steps hold on to the process and write setgroups before the group map", () => {
  const maps = { uidMappings: one, gidMappings: one, setgroups: false };
  const printed = idMapSteps(42, maps).map(formatStep);
  expect(printed.map((text) => text.replace(/, O_[^)]*/, ""))).toEqual([
    'openat(AT_FDCWD, "/proc/42") = </proc/<pid>>',
    'openat(</proc/<pid>>, "setgroups") = <setgroups>',
    'write(<setgroups>, "deny", 4)',
    "close(<setgroups>)",
    'openat(</proc/<pid>>, "uid_map") = <uid_map>',
    'write(<uid_map>, "0 1000 1\\n", 9)',
    "close(<uid_map>)",
    'openat(</proc/<pid>>, "gid_map") = <gid_map>',
    'write(<gid_map>, "0 1000 1\\n", 9)',
    "close(<gid_map>)",
    "close(</proc/<pid>>)",
  ]);
});

test("what cannot be is refused before anything happens", async () => {
  const maps = { uidMappings: one, gidMappings: one };
  for (const pid of [0, -1, 1.5]) {
    expect(() => idMapSteps(pid, maps)).toThrow(RangeError);
    await expect(newuidmap(pid, one)).rejects.toThrow(RangeError);
  }
  const twice = [...one, ...one];
  expect(codeOf(() => idMapSteps(1, { ...maps, gidMappings: twice }))).toBe(
    "ERR_IDMAP_INVALID_MAP",
  );
  await expect(newuidmap(1, twice)).rejects.toMatchObject({
    code: "ERR_IDMAP_INVALID_MAP",
  });
});

test("setgroups is allowed or denied, and nothing else", () => {
  expect(parseSetgroups("allow\n")).toBe(true);
  expect(parseSetgroups("deny")).toBe(false);
  for (const text of ["", "Deny", "allow\n\n", "denied"])
    expect(codeOf(() => parseSetgroups(text))).toBe(
      "ERR_IDMAP_INVALID_SETGROUPS",
    );
  expect(typeof readSetgroups()).toBe("boolean");
});

test("maps are written once, by root", async (context) => {
  requires(context, root);
  expect(
    await runFixture(
      "write-maps.ts",
      [],
      ["0 100000 65536", "0 200000 65536", "allow"],
    ),
  ).toEqual({
    uid: "0 100000 65536\n",
    gid: "0 200000 65536\n",
    setgroups: true,
    again: "EPERM",
  });
});

test("its own id is written by anybody", async (context) => {
  requires(context, unprivilegedUser, unprivilegedUserNamespaces);
  expect(
    await runFixtureAsUser(
      "write-maps.ts",
      [],
      ["5 1000 1", "7 1000 1", "deny"],
    ),
  ).toEqual({
    uid: "5 1000 1\n",
    gid: "7 1000 1\n",
    setgroups: false,
    again: "EPERM",
  });
});

const subordinateFiles: Requirement = {
  met: () => ["/etc/subuid", "/etc/subgid"].every((path) => existsSync(path)),
  reason:
    "needs /etc/subuid and /etc/subgid to mount over: apt-get install uidmap",
};

test("subordinate ids are mapped by newuidmap and newgidmap, and no others", async (context) => {
  requires(
    context,
    root,
    unprivilegedUser,
    unprivilegedUserNamespaces,
    program("newuidmap"),
    subordinateFiles,
  );
  const directory = mkdtempSync(join(tmpdir(), "write-maps-"));
  const file = join(directory, "subids");
  writeFileSync(file, "1000:700000:65536\n");
  const script =
    'mount --bind "$0" /etc/subuid && mount --bind "$0" /etc/subgid && exec setpriv --reuid 1000 --regid 1000 --clear-groups "$@"';
  try {
    const through = ["unshare", "--mount", "sh", "-c", script, file];
    expect(await fixtureAsUser("id-mapper.ts", through)).toEqual({
      uid: "0 1000 1\n1 700000 65535\n",
      gid: "0 1000 1\n1 700000 65535\n",
      setgroups: true,
      refused: ["ERR_IDMAP_MAPPER", true],
      missing: ["ERR_IDMAP_MAPPER", "Debian: apt-get install uidmap"],
    });
  } finally {
    rmSync(directory, { recursive: true });
  }
});

test("any other word for setgroups is an error of this package", () => {
  const word = fc.oneof(
    fc.string({ maxLength: 8 }),
    fc.constantFrom("allow ", "Deny", "allow\n\n", "deny\0", "allowdeny"),
  );
  fc.assert(
    fc.property(
      word.filter((text) => !/^(allow|deny)\n?$/.test(text)),
      (text) => {
        expect(codeOf(() => parseSetgroups(text))).toBe(
          "ERR_IDMAP_INVALID_SETGROUPS",
        );
      },
    ),
  );
});
