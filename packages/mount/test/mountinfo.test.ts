import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  MountError,
  parseMountinfo,
  propagationOf,
  readMountinfo,
  type MountInfo,
} from "../src/index.ts";
import { escapeOctal, unescapeOctal } from "../src/octal-escape.ts";
import { captured, capturedMountinfo } from "./captured-mountinfo.ts";
import { generateMountinfo } from "./generated-mountinfo.ts";

function fixture(name: string): MountInfo[] {
  return parseMountinfo(captured(name));
}

describe("captured mountinfo", () => {
  test("names come back as they were given to mount, whatever is in them", () => {
    const mounts = fixture("odd-names").filter(({ mountPoint }) =>
      mountPoint.startsWith("/tmp/cap/"),
    );
    expect(
      mounts.map(({ mountPoint, mountSource }) => [
        mountPoint.slice(9),
        mountSource,
      ]),
    ).toEqual([
      ["sp ace", "so urce#1"],
      ["tab\ttab", "tab\t"],
      ["back\\slash", "scratch"],
      ["hash#tag", ""],
      ["new\nline", "none"],
      ["ünï", "none"],
      ["over", "overlay"],
      ["shared", "none"],
      ["slave", "none"],
      ["unb", "none"],
      ['quo"te', "none"],
      ["lower1", "none"],
    ]);
    expect(mounts[2]?.root).toBe("/back\\slash");
  });

  test("an escaped comma is part of an option", () => {
    const overlay = fixture("odd-names").find(
      ({ fsType }) => fsType === "overlay",
    );
    expect(overlay?.superOptions).toEqual([
      "rw",
      "lowerdir=lower1:lower\\,2:lo\\:wer3",
      "upperdir=upper",
      "workdir=work",
      "uuid=on",
    ]);
  });

  test("a btrfs subvolume is the root of its mount, and bound from below it is a mount of its own", () => {
    expect(
      fixture("btrfs").map(({ root, mountPoint, major, minor }) => [
        root,
        mountPoint,
        major,
        minor,
      ]),
    ).toEqual([
      ["/@", "/srv/bt/m", 0, 39],
      ["/@home", "/srv/bt/sub", 0, 39],
      ["/@/deep/sub vol", "/srv/bt/snap", 0, 39],
    ]);
    expect(fixture("btrfs")[2]?.superOptions).toContain(
      "subvol=/@/deep/sub vol",
    );
  });

  test("optional fields tell where mounts propagate, and those that are new are passed over", () => {
    const propagation = (name: string, point: string): unknown => {
      const mount = fixture(name).find(
        ({ mountPoint }) => mountPoint === point,
      );
      return mount && propagationOf(mount);
    };
    expect(propagation("odd-names", "/tmp/cap/shared")).toEqual({
      peerGroup: 1,
      unbindable: false,
    });
    expect(propagation("odd-names", "/tmp/cap/slave")).toEqual({
      peerGroup: 2,
      master: 1,
      unbindable: false,
    });
    expect(propagation("odd-names", "/tmp/cap/unb")).toEqual({
      unbindable: true,
    });
    expect(propagation("odd-names", "/tmp/cap/over")).toEqual({
      unbindable: false,
    });
    expect(propagation("old", "/home/me/far")).toEqual({
      peerGroup: 104,
      master: 2,
      propagateFrom: 1,
      unbindable: false,
    });
  });

  test("quoted commas, and spaces and backslashes that old kernels did not escape, are part of the options", () => {
    const [, , tmp, cifs, wsl, sshfs] = fixture("old");
    expect(tmp?.superOptions).toEqual([
      "rw",
      'context="system_u:object_r:tmp_t:s0:c1,c2"',
      "size=8g",
    ]);
    expect(cifs).toMatchObject({ mountSource: "//srv/My Docs/" });
    expect(cifs?.superOptions).toEqual([
      "rw",
      "sec=ntlm",
      "unc=\\\\srv\\My Docs",
      "username=me",
      "addr=192.0.2.1",
    ]);
    expect(wsl).toMatchObject({
      mountSource: "C:\\",
      superOptions: [
        "rw",
        "dirsync",
        "aname=drvfs;path=C:\\Program Files\\;uid=0",
        "mmap",
      ],
    });
    expect(sshfs).toMatchObject({
      fsType: "fuse.sshfs",
      optionalFields: ["shared:104", "master:2", "propagate_from:1", "newtag"],
    });
  });
});

test("this machine's mounts are read, and the same for this process by its id", () => {
  const mounts = readMountinfo();
  expect(mounts.find(({ mountPoint }) => mountPoint === "/proc")).toMatchObject(
    { fsType: "proc", root: "/", major: 0 },
  );
  expect(mounts).toHaveLength(
    readFileSync("/proc/self/mountinfo", "utf8").split("\n").length - 1,
  );
  expect(readMountinfo(process.pid)).toEqual(mounts);
});

test("a filter decides what is returned", () => {
  const all = readMountinfo();
  const proc = readMountinfo("self", ({ fsType }) => fsType === "proc");
  expect(proc).toEqual(all.filter(({ fsType }) => fsType === "proc"));
});

test("ten thousand lines are all parsed", () => {
  const mounts = parseMountinfo(generateMountinfo(10_000));
  expect(mounts).toHaveLength(10_000);
  expect(mounts[4]).toMatchObject({
    mountId: 24,
    mountPoint: "/var/lib/containers/storage/overlay/4 a/merged",
  });
  expect(mounts[9997]).toMatchObject({
    root: "/@home/9997",
    optionalFields: ["shared:1", "master:9997", "propagate_from:2"],
  });
});

test("two hundred thousand lines take less than a second of this processor", () => {
  const text = capturedMountinfo(10_000);
  const attempt = (): number => {
    const before = process.cpuUsage();
    for (let i = 0; i < 20; i++)
      expect(parseMountinfo(text)).toHaveLength(10_000);
    const { user, system } = process.cpuUsage(before);
    return user + system;
  };
  // on a busy machine the first is slow
  expect(Math.min(attempt(), attempt(), attempt())).toBeLessThan(1_000_000);
});

test.each([
  ["", []],
  ["\n", []],
  ["36 35 98:0 / /mnt rw - ext3 /dev/root rw", [{ mountPoint: "/mnt" }]],
])("%j is no error", (text, mounts) => {
  expect(parseMountinfo(text)).toMatchObject(mounts);
});

test.each([
  ["x 35 98:0 / /mnt rw - ext3 /dev/root rw", "expected a number at column 1"],
  ["36 35 98.0 / /mnt rw - ext3 /dev/root rw", "expected a number at column 7"],
  ["36 35 98:0 / /mnt rw shared:1 ext3", "expected another field at column 31"],
  ["36 35 98:0 / /mnt rw", "expected another field at column 19"],
  [
    "36 35 98:0 / /mnt rw - ext3 /dev/root",
    "expected another field at column 29",
  ],
  ["36", "expected a number at column 1"],
  [
    "99999999999999999999 35 98:0 / /mnt rw - ext3 /dev/root rw",
    "expected a number at column 1",
  ],
])("a line that is none is refused, with the place: %s", (line, reason) => {
  const error = errorOf(() =>
    parseMountinfo(`${line}\n${generateMountinfo(1)}`),
  );
  expect(error).toBeInstanceOf(MountError);
  expect(error).toMatchObject({
    code: "ERR_MOUNT_INFO",
    message: `invalid line of mountinfo '${line}': ${reason}`,
  });
});

test.each([0, -1, 1.5, Number.NaN])("process %d is refused", (pid) => {
  expect(() => readMountinfo(pid)).toThrow(TypeError);
});

test("any line is parsed back to what was written in it", () => {
  const name = fc
    .string({ unit: "binary", maxLength: 30 })
    .filter((text) => !text.includes("\0") && text.isWellFormed());
  const number = fc.nat();
  const option = fc.stringMatching(/^[a-z][a-z=0-9/.:-]{0,12}$/);
  const options = fc.array(option, { minLength: 1, maxLength: 4 });
  const line = fc.record<MountInfo>({
    mountId: number,
    parentId: number,
    major: number,
    minor: number,
    root: name,
    mountPoint: name,
    mountOptions: options,
    optionalFields: fc.array(fc.stringMatching(/^[a-z]{2,6}:[0-9]{1,3}$/), {
      maxLength: 3,
    }),
    fsType: fc.stringMatching(/^[a-z0-9.]{1,12}$/),
    mountSource: name,
    superOptions: options,
  });
  fc.assert(
    fc.property(fc.array(line, { maxLength: 5 }), (mounts) => {
      const text = mounts.map(
        (each) =>
          `${String(each.mountId)} ${String(each.parentId)} ${String(each.major)}:${String(each.minor)} ${escapeOctal(each.root)} ` +
          `${escapeOctal(each.mountPoint)} ${each.mountOptions.join(",")} ${each.optionalFields.map((field) => `${field} `).join("")}- ` +
          `${each.fsType} ${escapeOctal(each.mountSource)} ${each.superOptions.join(",")}\n`,
      );
      expect(parseMountinfo(text.join(""))).toEqual(mounts);
    }),
  );
});

test("any text that is not mountinfo is an error of this package, and nothing else", () => {
  const piece = fc.oneof(
    fc.constantFrom(" ", "\n", "-", " - ", "1", ":", "36 35 98:0 / /mnt rw "),
    fc.string({ maxLength: 5 }),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => {
      const error = errorOf(() => parseMountinfo(pieces.join("")));
      expect(error === undefined || error instanceof MountError).toBe(true);
    }),
  );
});

test("octal escapes of any bytes are undone, and what only looks like one stays", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), (text) => {
      expect(unescapeOctal(escapeOctal(text))).toBe(text);
      const bytes = [...Buffer.from(text)].map(
        (byte) => `\\${byte.toString(8).padStart(3, "0")}`,
      );
      expect(unescapeOctal(bytes.join(""))).toBe(text);
    }),
  );
  expect(unescapeOctal("\\08 \\9 \\400 \\")).toBe("\\08 \\9 \\400 \\");
});

function errorOf(action: () => unknown): unknown {
  try {
    action();
  } catch (error) {
    return error;
  }
  return undefined;
}
