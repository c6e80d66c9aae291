import fc from "fast-check";
import { expect, test } from "vitest";
import {
  homeOf,
  MAX_ID,
  parseGroup,
  parsePasswd,
  parseUserSpec,
  resolveUser,
  type UserDatabase,
} from "../src/index.ts";
import { codeOf } from "./internal/code-of.ts";

const database: UserDatabase = {
  passwd: `root:x:0:0:root:/root:/bin/sh
# daemon:x:9:9::/:
+nis
short:x:1
wraps:x:4294967296:0::/:/bin/sh
negative:x:-1:0::/:
hex:x:0x0:0::/:
1000abc:x:0:0::/:
web:x:33:34:Web Server:/srv/www:/usr/sbin/nologin
web:x:0:0:second:/root:/bin/sh
DOMAIN\\jane doe:x:1200:1200::/home/jane:/bin/zsh
nohome:x:1300:1300:::
`,
  group: `root:x:0:
adm:x:4:web,syslog
www:x:34:web
video:x:44:web
again:x:44:web
wraps:x:4294967297:web
`,
};

test("a name, a number, and both with a group", () => {
  expect(resolveUser("web", database)).toEqual({
    uid: 33,
    gid: 34,
    groups: [4, 44],
    entry: {
      name: "web",
      uid: 33,
      gid: 34,
      home: "/srv/www",
      shell: "/usr/sbin/nologin",
    },
  });
  expect(resolveUser("33", database)).toEqual(resolveUser("web", database));
  expect(resolveUser("web:adm", database)).toMatchObject({
    uid: 33,
    gid: 4,
    groups: [],
  });
  expect(resolveUser("web:4294967294", database)).toMatchObject({
    uid: 33,
    gid: MAX_ID,
  });
  expect(resolveUser("77:www", database)).toEqual({
    uid: 77,
    gid: 34,
    groups: [],
  });
  expect(resolveUser("77", database)).toEqual({ uid: 77, gid: 0, groups: [] });
  expect(resolveUser("DOMAIN\\jane doe", database)).toMatchObject({
    uid: 1200,
  });
});

// invariants D2 and D3
test.each([
  "",
  ":",
  "0:",
  ":0",
  "0:0:0",
  "1000abc",
  "0x3e8",
  "-1",
  "+1",
  " 1000",
  "1000 ",
  "1000\n",
  "\t0",
  "4294967295",
  "4294967296",
  "9999999999",
  "18446744073709551616",
  "00",
  "01000",
  "1e3",
  "1.0",
  "0:1000abc",
  "0:-1",
  "0:4294967296",
  "0: 0",
  "a\0b",
  "a\nb",
  "--",
])("%j is no user", (spec) => {
  expect(codeOf(() => resolveUser(spec, database))).toBe(
    "ERR_IDMAP_INVALID_USER",
  );
});

test.each([
  "nobody",
  "wraps",
  "negative",
  "hex",
  "short",
  "web:nobody",
  "0:wraps",
  "constructor",
  "Web",
])("'%s' is not there, and nobody else stands for it", (spec) => {
  expect(codeOf(() => resolveUser(spec, database))).toBe(
    "ERR_IDMAP_UNKNOWN_USER",
  );
});

test("for two numbers no file is looked at", () => {
  const never: UserDatabase = {
    get passwd(): string {
      throw new Error("read");
    },
    get group(): string {
      throw new Error("read");
    },
  };
  expect(resolveUser("0:0", never)).toEqual({ uid: 0, gid: 0, groups: [] });
});

test("no text is user 0 but '0' and the name of user 0", () => {
  fc.assert(
    fc.property(fc.string(), (spec) => {
      const code = codeOf(() => {
        const { uid } = resolveUser(spec, database);
        expect(String(uid) === spec || spec === "root").toBe(true);
      });
      expect([
        undefined,
        "ERR_IDMAP_INVALID_USER",
        "ERR_IDMAP_UNKNOWN_USER",
      ]).toContain(code);
    }),
    { numRuns: 1000 },
  );
});

test("a number is always itself", () => {
  fc.assert(
    fc.property(fc.nat(), fc.integer({ min: 0, max: MAX_ID }), (uid, gid) => {
      expect(resolveUser(`${String(uid)}:${String(gid)}`, database)).toEqual({
        uid,
        gid,
        groups: [],
      });
      expect(parseUserSpec(String(gid))).toEqual({ user: { id: gid } });
    }),
  );
});

test("lines that are not of the form are passed over, and any text is parsed", () => {
  expect(parsePasswd(database.passwd).map(({ name }) => name)).toEqual([
    "root",
    "1000abc",
    "web",
    "web",
    "DOMAIN\\jane doe",
    "nohome",
  ]);
  expect(parseGroup(database.group)).toHaveLength(5);
  fc.assert(
    fc.property(
      fc.array(
        fc.array(fc.oneof(fc.string(), fc.nat())).map((all) => all.join(":")),
      ),
      (lines) => {
        for (const { uid, gid } of parsePasswd(lines.join("\n")))
          expect(uid <= MAX_ID && gid <= MAX_ID).toBe(true);
        for (const { gid } of parseGroup(lines.join("\n")))
          expect(gid).toBeLessThanOrEqual(MAX_ID);
      },
    ),
  );
});

test("the home directory is that of the entry, or the root directory", () => {
  expect(homeOf(33, database)).toBe("/srv/www");
  expect(homeOf(1300, database)).toBe("/");
  expect(homeOf(77, database)).toBe("/");
});

test("more groups than a process can have are an error", () => {
  const group = Array.from(
    { length: 65537 },
    (_, i) => `g:x:${String(i + 100)}:web`,
  ).join("\n");
  expect(codeOf(() => resolveUser("web", { ...database, group }))).toBe(
    "ERR_IDMAP_DATABASE",
  );
});
