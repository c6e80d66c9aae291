import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { OpenFlags } from "@ns/syscalls";
import { requires, root } from "@ns/testkit";
import fc from "fast-check";
import { describe, expect, onTestFinished, test } from "vitest";
import {
  FULL_MOUNT_API,
  openRoot,
  type PlaceOptions,
  type Root,
} from "../src/index.ts";
import { Lookup } from "../src/internal/lookup.ts";
import { runFixture } from "./run-fixture.ts";

describe("paths inside a root, looked up, made and mounted on", () => {
  test.for(["openat2", "walk", "none"])("by %s", async (mode, context) => {
    requires(context, root);
    const report = await runFixture("root.ts", [mode]);
    expect(report).toEqual({
      where: {
        "etc/name": "/etc/name",
        "/etc/name": "/etc/name",
        "../../etc/name": "/etc/name",
        absolute: "/etc/name",
        "a/b/relative": "/etc/name",
        "slash/slash/etc/name": "/etc/name",
        "a/b/../../../../name": "/name",
        dots: "/a/b",
        "dots/c": "/a/b/c",
        "/": "/",
        ".": "/",
        "..": "/",
        "": "ENOENT",
        "etc/": "/etc",
        "etc/.": "/etc",
        "etc//name": "/etc/name",
        "etc/name/": "ENOTDIR",
        "etc/name/x": "ENOTDIR",
        missing: "ENOENT",
        loop1: "ELOOP",
        "loop1/x": "ELOOP",
        "slash/": "/",
        "bin/..": "/usr",
        "absolute/": "ENOTDIR",
        dangling: "ENOENT",
        "a/./b": "/a/b",
        fifo: "/fifo",
        "../outside": "ENOENT",
        "/../../name": "/name",
      },
      links: {
        "not followed": ["/absolute", "/slash", "ENOENT"],
        refused: ["ELOOP", "ELOOP", "/etc/name", "/a/b"],
        directory: ["/etc", "ENOTDIR", "/"],
      },
      // exe, cwd, root, fd/N, ns/mnt: these would lead outside
      procfs: ["ELOOP", "ELOOP", "ELOOP", "ELOOP", "ELOOP"],
      "procfs, names": [true, true],
      read: [
        "inside",
        "top",
        "ERR_MOUNT_PLACE",
        "ERR_MOUNT_PLACE",
        "ENOENT",
        "ENOENT",
      ],
      "too large": "ERR_MOUNT_PLACE",
      create: ["", "600"],
      "create again": ["EEXIST", "EEXIST", "EEXIST", "ENOENT"],
      "create odd": ["EEXIST", "EEXIST"],
      open: ["640", false],
      "open through a dangling link": ["EISDIR", true],
      mkdir: ["711", "711", "711", "711"],
      "mkdir on a file": ["ENOTDIR", "ENOTDIR", "ELOOP", "ENOENT"],
      device: "ok",
      entries: ["/proc/self/fd", true, true],
      remove: [true, false, true, "ENOTEMPTY", ["name"]],
      "no name": [
        "RangeError",
        "RangeError",
        "RangeError",
        "RangeError",
        "RangeError",
      ],
      mount: [
        "ro,nosuid,nodev",
        "ro",
        "outside",
        "/run/missing/deep/mnt",
        "ENOENT",
      ],
      "mount on links": ["ELOOP", "ELOOP"],
      unmount: [true, "", "EINVAL"],
      outside: [["name", "outside", "root"], 0],
      descriptors: 0,
    });
  });
});

function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), "root-"));
  onTestFinished(() => {
    rmSync(directory, { recursive: true });
  });
  return directory;
}

const NAMES = ["a", "b", "c", "d"];
const name = fc.constantFrom(...NAMES);
const path = fc
  .array(fc.oneof(name, name, fc.constantFrom("..", ".", "")), {
    minLength: 1,
    maxLength: 6,
  })
  .chain((parts) =>
    fc.boolean().map((absolute) => (absolute ? "/" : "") + parts.join("/")),
  );
const entry = fc.record({
  path: fc
    .array(name, { minLength: 1, maxLength: 3 })
    .map((parts) => parts.join("/")),
  link: fc.option(path.filter((text) => text !== "")),
  directory: fc.boolean(),
});

/** Makes what fits together of some entries. */
function plant(
  top: string,
  entries: readonly { path: string; link: string | null; directory: boolean }[],
): void {
  for (const { path: at, link, directory } of entries) {
    try {
      if (link !== null) symlinkSync(link, join(top, at));
      else if (directory) mkdirSync(join(top, at));
      else writeFileSync(join(top, at), "");
    } catch (error) {
      // its place is taken, or has no directory
      expect((error as NodeJS.ErrnoException).code).toMatch(
        /^(EEXIST|ENOENT|ENOTDIR|ELOOP|EISDIR)$/,
      );
    }
  }
}

function resolved(its: Root, at: string, options: PlaceOptions): string {
  try {
    using place = its.resolve(at, options);
    return readlinkSync(`/proc/self/fd/${String(place.fd)}`);
  } catch (error) {
    return String((error as NodeJS.ErrnoException).code);
  }
}

test("the walk leads where openat2 leads, in any tree of directories, files and links", () => {
  const directory = temporaryDirectory();
  let n = 0;
  fc.assert(
    fc.property(
      fc.array(entry, { maxLength: 12 }),
      fc.array(path, { minLength: 1, maxLength: 12 }),
      (entries, paths) => {
        const top = join(directory, String(n++), "root");
        mkdirSync(top, { recursive: true });
        // links that count too many .. come to these
        for (const each of NAMES)
          writeFileSync(join(top, "..", each), "outside");
        plant(top, entries);
        using kernel = openRoot(top);
        using walk = openRoot(top, {
          api: { ...FULL_MOUNT_API, openat2: false },
        });
        for (const at of paths) {
          for (const options of [
            {},
            { follow: false },
            { symlinks: "refuse" },
            { directory: true },
          ] as const) {
            const expected = resolved(kernel, at, options);
            expect(`${at}: ${resolved(walk, at, options)}`).toBe(
              `${at}: ${expected}`,
            );
            // an errno, or inside
            expect(
              /^[A-Z0-9]+$/.test(expected) ||
                `${expected}/`.startsWith(`${top}/`),
            ).toBe(true);
          }
        }
      },
    ),
    { numRuns: 60 },
  );
});

test("mkdir makes a place that resolve finds, by the walk as by openat2, and nothing outside", () => {
  const directory = temporaryDirectory();
  let n = 0;
  fc.assert(
    fc.property(fc.array(entry, { maxLength: 8 }), path, (entries, at) => {
      const tops = ["kernel", "walk"].map((kind) =>
        join(directory, String(n++), kind),
      );
      const places = tops.map((top, i) => {
        mkdirSync(top, { recursive: true });
        plant(top, entries);
        using its = openRoot(top, {
          api: { ...FULL_MOUNT_API, openat2: i === 0 },
        });
        try {
          its.mkdir(at).close();
        } catch (error) {
          return String((error as NodeJS.ErrnoException).code);
        }
        return resolved(its, at, {}).slice(top.length);
      });
      expect(places[1]).toBe(places[0]);
      expect(places[0]).toMatch(/^(\/.*|ENOENT|ENOTDIR|ELOOP|)$/);
    }),
    { numRuns: 40 },
  );
});

describe("a call that is not there", () => {
  test("is asked for once, and then no more", () => {
    const directory = temporaryDirectory();
    using handle = openRoot(directory);
    const lookup = new Lookup(handle.fd, { openat2: true });
    closeSync(lookup.open(".", { flags: OpenFlags.PATH }));
    expect(() => lookup.open("x", { flags: OpenFlags.PATH })).toThrow("ENOENT");
  });
});

test("a root is a directory, and a path inside it has no NUL", () => {
  const directory = temporaryDirectory();
  writeFileSync(join(directory, "file"), "");
  expect(() => openRoot(join(directory, "file"))).toThrow("ENOTDIR");
  for (const openat2 of [true, false]) {
    using its = openRoot(directory, { api: { ...FULL_MOUNT_API, openat2 } });
    expect(() => its.resolve("a\0b")).toThrow(TypeError);
    expect(() => its.mount("file", {})).toThrow(TypeError);
  }
});

test("an error names the whole path, whichever component it is of", () => {
  using its = openRoot(temporaryDirectory(), {
    api: { ...FULL_MOUNT_API, openat2: false },
  });
  expect(() => its.resolve("a/b/c")).toThrow(
    expect.objectContaining({
      code: "ENOENT",
      path: "a/b/c",
      syscall: "openat",
    }) as Error,
  );
});
