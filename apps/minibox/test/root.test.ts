import { execFileSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { requires, root } from "@ns/testkit";
import { describe, expect, onTestFinished, test } from "vitest";
import {
  type Caller,
  CALLERS,
  inside,
  programOf,
  requiresCaller,
  ROOT,
  runAs,
} from "./internal/callers.ts";

/** Places all over the root; each gets a directory of the test's own. */
const PLACES = [
  "/var/tmp",
  "/opt",
  "/usr/local",
  "/etc",
  "/home",
  "/srv",
  "/tmp",
  "/usr/share",
];

/** A tree of every kind of thing, and everything that can be known of it. */
function makeCanary(place: string, { uid }: Caller): string {
  const canary = mkdtempSync(join(place, "minibox-canary-"));
  onTestFinished(() => {
    rmSync(canary, { recursive: true });
  });
  mkdirSync(join(canary, "directory/deep"), { recursive: true });
  writeFileSync(join(canary, "file"), "content");
  writeFileSync(join(canary, "directory/deep/file"), "deep content", {
    mode: 0o640,
  });
  symlinkSync("file", join(canary, "link"));
  for (const entry of [
    "",
    ...readdirSync(canary, { recursive: true, encoding: "utf8" }),
  ]) {
    const path = join(canary, entry);
    if (!lstatSync(path).isSymbolicLink()) chownSync(path, uid, uid);
  }
  chmodSync(canary, 0o755);
  return canary;
}

function describeTree(canary: string): string[] {
  return ["", ...readdirSync(canary, { recursive: true, encoding: "utf8" })]
    .sort()
    .map((entry) => {
      const path = join(canary, entry);
      const { mode, uid, gid, nlink, ino, mtimeMs, ctimeMs } = lstatSync(path);
      const content = lstatSync(path).isFile()
        ? readFileSync(path, "utf8")
        : "";
      const target = lstatSync(path).isSymbolicLink() ? readlinkSync(path) : "";
      return [
        entry,
        mode.toString(8),
        uid,
        gid,
        nlink,
        ino,
        mtimeMs,
        ctimeMs,
        content,
        target,
      ].join(" ");
    });
}

/** Does everything to the tree in $1, and says what it is like then. */
const RUIN = `
cd "$1" && echo changed > file && echo new > new && mkdir made && chmod 700 directory && mv directory/deep moved &&
ln file hard && rm link && ln -s nowhere link && rm -r moved && touch -d 2001-01-01 new && chmod 777 . &&
{ mount -t tmpfs none made 2>/dev/null || true; } && { mknod device c 1 3 2>/dev/null || true; } && ls | tr '\\n' ' '`;

describe.each(CALLERS)("for $who", (caller) => {
  test.each(PLACES)(
    "what is done to %s is done to a copy",
    async (place, context) => {
      requiresCaller(context as never, caller);
      const canary = makeCanary(place, caller);
      const before = describeTree(canary);
      const seen = await inside(
        caller,
        RUIN.replaceAll('"$1"', `'${canary}'`),
        { cwd: canary },
      );
      expect(seen).toMatch(
        /^(?:device )?directory file hard link made new\s*$/,
      );
      expect(describeTree(canary)).toEqual(before);
      expect(
        await inside(
          caller,
          `cat '${canary}/file' '${canary}/directory/deep/file'`,
        ),
      ).toBe("contentdeep content");
    },
  );

  test("so it is in what is mounted below, another file system or the same one again", (context) => {
    requiresCaller(context, caller);
    requires(context, root);
    const canary = makeCanary("/var/tmp", caller);
    mkdirSync(join(canary, "tmpfs"));
    mkdirSync(join(canary, "bind"));
    const others = makeCanary("/opt", caller);
    const before = describeTree(others);
    // In a mount namespace of its own, so that nothing is mounted on the host.
    const script = `
      mount --make-rprivate / && mount -t tmpfs none '${canary}/tmpfs' && mount --bind '${others}' '${canary}/bind' &&
      mkdir '${canary}/tmpfs/tree' && echo content > '${canary}/tmpfs/tree/file' && chown -R ${caller.uid}:${caller.uid} '${canary}/tmpfs' &&
      setpriv --reuid ${caller.uid} --regid ${caller.uid} --clear-groups '${programOf(caller)}' run -- sh -c '
        cat ${canary}/tmpfs/tree/file ${canary}/bind/file && echo changed > ${canary}/tmpfs/tree/file && rm -r ${canary}/tmpfs/tree &&
        echo changed > ${canary}/bind/file && rm ${canary}/bind/link && touch ${canary}/bind/new && ls ${canary}/tmpfs ${canary}/bind' &&
      cat '${canary}/tmpfs/tree/file'`;
    const text = execFileSync("unshare", ["-m", "sh", "-c", script], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "inherit"],
    });
    expect(text).toMatch(/^content\ncontent.*new\n.*content\n$/s);
    expect(describeTree(others)).toEqual(before);
  });

  test("--read-only refuses every write but to /dev/shm", async (context) => {
    requiresCaller(context, caller);
    const script =
      "for d in / /tmp /etc /usr; do touch $d/x 2>&1; done; touch /dev/shm/x && echo shm";
    const { stdout } = await runAs(caller, programOf(caller), [
      "run",
      "--read-only",
      "--",
      "sh",
      "-c",
      script,
    ]);
    expect(
      stdout.match(/Read-only file system|Permission denied/g),
    ).toHaveLength(4);
    expect(stdout).toMatch(/shm\n$/);
  });
});

test("a device that root makes inside cannot be opened, wherever it is made", async (context) => {
  requires(context, root);
  const script =
    "for d in /dev /tmp /usr /dev/shm /root; do mknod $d/disk b 254 0 && cat $d/disk 2>&1; done; true";
  const text = await inside(ROOT, script);
  expect(text.match(/Permission denied/g)).toHaveLength(5);
});
