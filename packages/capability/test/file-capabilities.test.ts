import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  requires,
  root,
  unprivilegedUser,
  unprivilegedUserNamespaces,
} from "@ns/testkit";
import fc from "fast-check";
import { afterEach, beforeEach, expect, test } from "vitest";
import {
  formatFileCapabilities,
  maskOf,
  parseFileCapabilities,
  readFileCapabilities,
  setSecureBits,
} from "../src/index.ts";
import { codeOf } from "./internal/code-of.ts";
import { runFixture, runFixtureAsUser } from "./run-fixture.ts";

/** As setcap(8) wrote them: `cap_net_raw,cap_bpf=ep`, and `-n 1000 cap_chown=eip`. */
const VERSION_2 = "0100000200200000000000008000000000000000";
const VERSION_3 = "0100000301000000010000000000000000000000e8030000";

let directory = "";
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "file-capabilities-"));
  chmodSync(directory, 0o777);
});
afterEach(() => {
  rmSync(directory, { recursive: true });
});

test("what setcap writes is read, and written the same", () => {
  const two = parseFileCapabilities(Buffer.from(VERSION_2, "hex"));
  expect(two).toEqual({
    permitted: maskOf(["NET_RAW", "BPF"]),
    inheritable: 0n,
    effective: true,
  });
  expect(formatFileCapabilities(two).toString("hex")).toBe(VERSION_2);
  const three = parseFileCapabilities(Buffer.from(VERSION_3, "hex"));
  expect(three).toEqual({
    permitted: 1n,
    inheritable: 1n,
    effective: true,
    rootId: 1000,
  });
  expect(formatFileCapabilities(three).toString("hex")).toBe(VERSION_3);
});

test("what is written is read back", () => {
  const mask = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
  const rootId = fc.integer({ min: 0, max: 0xfffffffe });
  const capabilities = fc.record(
    { permitted: mask, inheritable: mask, effective: fc.boolean(), rootId },
    { requiredKeys: ["permitted", "inheritable", "effective"] },
  );
  fc.assert(
    fc.property(capabilities, (each) => {
      expect(parseFileCapabilities(formatFileCapabilities(each))).toEqual(each);
    }),
  );
});

test("any other bytes are refused", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 30 }), (bytes) => {
      expect([undefined, "ERR_CAPABILITY_XATTR"]).toContain(
        codeOf(() => parseFileCapabilities(bytes)),
      );
    }),
  );
  for (const hex of [
    "",
    "0100",
    VERSION_2.slice(2),
    `${VERSION_3}00`,
    VERSION_2.replace("0100000", "0100001"),
  ])
    expect(() => parseFileCapabilities(Buffer.from(hex, "hex"))).toThrow(
      expect.objectContaining({ code: "ERR_CAPABILITY_XATTR" }) as Error,
    );
});

test("what is no set, no user and no securebits is refused before anything happens", () => {
  const none = { permitted: 0n, inheritable: 0n, effective: false };
  expect(() => formatFileCapabilities({ ...none, permitted: -1n })).toThrow(
    RangeError,
  );
  for (const rootId of [-1, 0xffffffff, 1.5])
    expect(() => formatFileCapabilities({ ...none, rootId })).toThrow(
      RangeError,
    );
  expect(() => setSecureBits(-1)).toThrow(RangeError);
});

const GIVEN = {
  permitted: ["CAP_NET_RAW", "CAP_BPF"],
  inheritable: ["CAP_KILL"],
  effective: true,
};

test("a file is given capabilities, and they are taken away", async (context) => {
  requires(context, root);
  const file = join(directory, "program");
  writeFileSync(file, "");
  expect(await runFixture("file-capabilities.ts", [], [file])).toEqual([
    null,
    GIVEN,
    null,
  ]);
});

test("given in a user namespace, they are good only for it", async (context) => {
  requires(context, root, unprivilegedUser, unprivilegedUserNamespaces);
  const through = [
    "sh",
    "-c",
    'touch "$0" && exec unshare --user --map-root-user "$@"',
  ];
  const file = join(directory, "program");
  await runFixtureAsUser(
    "file-capabilities.ts",
    [...through, file],
    [file, "keep"],
  );
  expect(readFileCapabilities(file)).toEqual({
    permitted: maskOf(["NET_RAW", "BPF"]),
    inheritable: maskOf(["KILL"]),
    effective: true,
    rootId: 1000,
  });
});
