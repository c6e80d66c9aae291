import { userInfo } from "node:os";
import fc from "fast-check";
import { expect, test } from "vitest";
import { parseUserNames, readUserNames } from "../src/user-names.ts";

test("the first name of an id counts", () => {
  const passwd = "root:x:0:0:root:/root:/bin/sh\ntoor:x:0:0::/:\nbad\na:x::0\n";
  expect([...parseUserNames(passwd)]).toEqual([[0, "root"]]);
});

test("any user is found", () => {
  const name = fc.stringMatching(/^[a-z_][a-z0-9_-]{0,30}$/);
  const uids = fc.uniqueArray(fc.nat(0xfffffffe));
  fc.assert(
    fc.property(uids, name, (uids, name) => {
      const lines = uids.map((uid) => `${name}${uid}:x:${uid}:0::/:/bin/sh\n`);
      const expected = uids.map((uid) => [uid, `${name}${uid}`]);
      expect([...parseUserNames(lines.join(""))]).toEqual(expected);
    }),
  );
});

test("we are a user of this machine", () => {
  const { uid, username } = userInfo();
  expect(readUserNames().get(uid)).toBe(username);
});
