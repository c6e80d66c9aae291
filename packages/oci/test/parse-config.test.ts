import {
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import {
  asConfig,
  formatConfig,
  MAX_DOCUMENT_BYTES,
  parseConfig,
  parseProcess,
  parseResources,
  readConfig,
  validateConfig,
} from "../src/index.ts";
import { errorOf, pathsOf } from "./internal/error-of.ts";
import { configurations, fixture } from "./internal/fixtures.ts";

/** JSON without the spaces and the ways to write a character, and with every digit. */
function essence(json: string): string {
  return json.replaceAll(/("(?:[^"\\]|\\.)*")|\s+/g, (_, text?: string) =>
    text === undefined ? "" : JSON.stringify(JSON.parse(text)),
  );
}

describe("what runtimes and engines write", () => {
  test.each(configurations)("%s comes back without loss", (name) => {
    const text = fixture(name);
    expect(essence(formatConfig(parseConfig(text)))).toBe(essence(text));
  });

  test.each(configurations.filter((name) => !/containerd|crun-/.test(name)))(
    "%s is valid, without warnings",
    (name) => {
      expect(validateConfig(parseConfig(fixture(name)))).toEqual([]);
    },
  );

  test("crun leaves the maps of a user namespace to the runtime", () => {
    const config = parseConfig(fixture("crun-rootless.config.json"));
    expect(validateConfig(config).map(({ path }) => path)).toEqual([
      "linux.uidMappings",
      "linux.gidMappings",
    ]);
  });

  test("containerd leaves the program to the image", () => {
    const config = parseConfig(fixture("containerd.config.json"));
    expect(pathsOf(() => validateConfig(config))).toEqual(["process.args"]);
  });
});

describe("numbers", () => {
  test("a number that is not exact is a bigint", () => {
    const { linux, process } = parseConfig(
      fixture("podman-userns.config.json"),
    );
    expect(linux?.resources?.memory?.limit).toBe(9223372036854771712n);
    expect(process?.rlimits?.[1]?.hard).toBe(0xffffffffffffffffn);
    expect(linux?.resources?.pids?.limit).toBe(2048);
  });

  const memory = (limit: string): string =>
    `{"ociVersion":"1.0.0","linux":{"resources":{"memory":{"limit":${limit}}}}}`;

  test.each([
    ["9007199254740991", 9007199254740991],
    ["9007199254740992", 9007199254740992n],
    ["9007199254740993", 9007199254740993n],
    ["9223372036854775807", 9223372036854775807n],
    ["-9223372036854775808", -9223372036854775808n],
    ["-1", -1],
    ["1.0", 1],
    ["1e3", 1000],
  ])("a limit of %s is kept", (written, limit) => {
    const config = parseConfig(memory(written));
    expect(config.linux?.resources?.memory?.limit).toBe(limit);
    expect(parseConfig(formatConfig(config))).toEqual(config);
  });

  test.each([
    "9223372036854775808",
    "-9223372036854775809",
    "1e300",
    "0.5",
    "1e19",
  ])("a limit of %s is refused", (written) => {
    expect(pathsOf(() => parseConfig(memory(written)))).toEqual([
      "linux.resources.memory.limit",
    ]);
  });

  test("long digits in a text stay text", () => {
    const config = parseConfig(
      `{"ociVersion":"1.0.0","hostname":"9223372036854775808: null"}`,
    );
    expect(config.hostname).toBe("9223372036854775808: null");
  });
});

describe("what is ignored", () => {
  test("members that are not known stay", () => {
    const config = parseConfig(fixture("full.config.json"));
    expect(config).toHaveProperty("vm.kernel.path", "/vmlinuz");
  });

  test("a member that is null is not there", () => {
    const config = parseConfig(
      `{"ociVersion":"1.0.0","process":null,"linux":{"resources":{"pids": null}}}`,
    );
    expect(config).toEqual({ ociVersion: "1.0.0", linux: { resources: {} } });
  });

  test("null is wrong where something has to be", () => {
    expect(
      pathsOf(() =>
        parseConfig(
          `{"ociVersion":null,"process":{"cwd":null,"args":["a",null]}}`,
        ),
      ),
    ).toEqual(["ociVersion", "process.cwd", "process.args[1]"]);
  });

  test.each(["__proto__", "constructor", "prototype", "toString"])(
    "an annotation called %s is one like any other",
    (key) => {
      const text = (value: string): string =>
        `{"ociVersion":"1.0.0","annotations":{${JSON.stringify(key)}:${value}}}`;
      const config = parseConfig(text(`"x"`));
      expect(Object.entries(config.annotations ?? {})).toEqual([[key, "x"]]);
      expect(pathsOf(() => parseConfig(text("1")))).toEqual([
        `annotations.${key}`,
      ]);
    },
  );
});

describe("messages", () => {
  test("they say where, what was expected and what was found, all at once", () => {
    const error = errorOf(() =>
      parseConfig(
        `{"ociVersion":"1.2.0","process":{"cwd":"/","rlimits":[{"type":"NOFILE","soft":"1024","hard":1024}]},"annotations":{"a.b":1}}`,
      ),
    );
    expect(error?.code).toBe("ERR_INVALID_CONFIG");
    expect(error?.problems).toMatchObject([
      {
        path: "process.rlimits[0].type",
        hint: 'did you mean "RLIMIT_NOFILE"?',
      },
      {
        path: "process.rlimits[0].soft",
        reason:
          'expected an integer from 0 to 18446744073709551615, found "1024"',
        hint: "leave the quotes out",
      },
      { path: 'annotations["a.b"]', reason: "expected a string, found 1" },
    ]);
    expect(error?.message).toMatch(
      /^invalid config\.json, 3 problems:\n {2}process\.rlimits\[0\]\.type: expected/,
    );
  });

  test("a long value is cut, and twenty problems are named", () => {
    const env = Array.from({ length: 50 }, (_, i) => i);
    const error = errorOf(() =>
      asConfig({
        ociVersion: "1.0.0",
        process: { cwd: "/", env },
        hostname: 1,
        root: "x".repeat(1000),
      }),
    );
    expect(error?.problems).toHaveLength(52);
    expect(error?.message).toContain("\n  and 32 more");
    expect(error?.problems.find(({ path }) => path === "root")?.reason).toBe(
      `expected an object, found "${"x".repeat(60)}…"`,
    );
  });

  test.each([
    ["", /expected JSON/],
    ["{", /expected JSON/],
    ["\u{feff}{}", /expected JSON/],
    ["[]", /expected an object, found an array of 0/],
    ["null", /expected an object, found null/],
    [new Uint8Array([0x22, 0xff, 0x22]), /expected UTF-8/],
    [
      `{"ociVersion":"1.0.0","x":${"[".repeat(1e5)}1234567890123456${"]".repeat(1e5)}}`,
      /expected less nesting/,
    ],
    [" ".repeat(MAX_DOCUMENT_BYTES + 1), /expected 8388608 at most/],
  ])("%# is no configuration", (text, reason) => {
    const error = errorOf(() => parseConfig(text));
    expect(error?.message).toMatch(reason);
    expect(error?.code).toBe("ERR_INVALID_CONFIG");
  });

  test("of a very long document only the first problem is told", () => {
    const args = Array.from({ length: 1e6 }, () => 1);
    const text = JSON.stringify({
      ociVersion: "1.0.0",
      process: { cwd: "/", args },
    });
    expect(errorOf(() => parseConfig(text))?.problems).toHaveLength(1);
  });

  test.each(["a\0b", "\ud800"])("the text %j is not for the kernel", (text) => {
    const error = errorOf(() =>
      asConfig({
        ociVersion: "1.0.0",
        hostname: text,
        annotations: { [text]: "" },
      }),
    );
    expect(error?.problems.map(({ reason }) => reason)).toEqual([
      `expected a string without NUL bytes and lone surrogates, found ${JSON.stringify(text)}`,
      `expected a string without NUL bytes and lone surrogates for a name, found ${JSON.stringify(text)}`,
    ]);
  });
});

describe("versions", () => {
  test.each([
    "1.0.0",
    "1.0.2-dev",
    "1.3.0",
    "1.99.0",
    "1.0.0-rc5",
    "1.2.0+dev",
  ])("%s is understood", (ociVersion) => {
    expect(asConfig({ ociVersion })).toEqual({ ociVersion });
  });

  test.each([
    "2.0.0",
    "0.9.0",
    "1.0",
    "1",
    "v1.0.0",
    "1.0.0 ",
    "",
    "01.0.0",
    "1.0.0-",
    1,
  ])("%j is not", (ociVersion) => {
    expect(pathsOf(() => asConfig({ ociVersion }))).toEqual(["ociVersion"]);
  });
});

describe("parts, and files", () => {
  test("a process and resources are parsed on their own", () => {
    const { process, linux } = parseConfig(fixture("full.config.json"));
    const text = (part: unknown): string => formatConfig(part as never);
    expect(parseProcess(text(process))).toEqual(process);
    expect(parseResources(text(linux?.resources))).toEqual(linux?.resources);
    expect(pathsOf(() => parseProcess(`{"cwd":1}`))).toEqual(["cwd"]);
    expect(pathsOf(() => parseResources(`{"cpu":{"cpus":1}}`))).toEqual([
      "cpu.cpus",
    ]);
  });

  test("a bundle's configuration is read, and only a file", () => {
    const bundle = mkdtempSync(join(tmpdir(), "oci-"));
    try {
      expect(() => readConfig(bundle)).toThrow(
        expect.objectContaining({ code: "ENOENT" }),
      );
      const file = join(bundle, "config.json");
      writeFileSync(file, fixture("podman.config.json"));
      expect(readConfig(bundle)).toEqual(
        parseConfig(fixture("podman.config.json")),
      );
      rmSync(file);
      mkdirSync(file);
      expect(() => readConfig(bundle)).toThrow("expected a regular file");
      rmSync(file, { recursive: true });
      symlinkSync("/dev/zero", file);
      expect(() => readConfig(bundle)).toThrow("expected a regular file");
    } finally {
      rmSync(bundle, { recursive: true });
    }
  });
});
