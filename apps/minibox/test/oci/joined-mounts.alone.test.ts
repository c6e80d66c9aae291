import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { program, requires, root, run } from "@ns/testkit";
import { expect, test } from "vitest";
import { Bundle, type Draft, unescaped, uniqueId } from "../internal/bundle.ts";
import { programOf, ROOT } from "../internal/callers.ts";
import { comparable, LOOK, partsOf } from "./internal/look.ts";
import { OthersNamespace } from "./internal/others-namespace.ts";
import { remainsOf } from "./internal/remains.ts";

const NEEDS = [root, program("busybox")] as const;
const WAITING = "while :; do sleep 0.1; done";

/** Has a container join the mount namespace at `path`. */
function joining(
  path: string,
  change: (config: Draft) => void = () => undefined,
) {
  return (config: Draft): void => {
    config.ociVersion = "1.0.2";
    config.hostname = "same";
    const mount = config.linux?.namespaces?.find(
      ({ type }) => type === "mount",
    );
    if (mount !== undefined) mount.path = path;
    change(config);
  };
}

/** Has it join the user namespace of a process, too, where group 5 may be none. */
function withUsersOf({ pid }: { readonly pid: number }) {
  return ({ linux, mounts = [] }: Draft): void => {
    linux?.namespaces?.push({ type: "user", path: `/proc/${pid}/ns/user` });
    for (const mount of mounts)
      mount.options = mount.options?.filter((one) => one !== "gid=5") ?? [];
  };
}

/** Lines that are not of a container's. */
function others(lines: readonly string[], bundle: Bundle): string[] {
  return lines.filter((line) => !line.includes(`${bundle.directory}/`));
}

test("in another's mount namespace a container sees the same world as under runc", async (context) => {
  requires(context, ...NEEDS, program("runc"));
  const bundle = new Bundle();
  const look = async (runtime: string) => {
    // runc takes it over
    const there = await OthersNamespace.make();
    const script = `${LOOK}\npart in readlink /proc/self/ns/mnt`;
    bundle.configure(script, joining(there.path));
    const id = uniqueId();
    const { code, stdout, stderr } = await bundle.runtime(runtime, "run", id);
    expect([code, stderr]).toEqual([0, ""]);
    const { in: namespace = [], ...parts } = partsOf(stdout);
    expect(namespace[0]).toBe(there.name);
    return comparable(parts, { executes: false });
  };
  const theirs = await look("runc");
  const ours = await look(programOf(ROOT));
  expect(Object.keys(ours)).toHaveLength(22);
  expect(ours).toEqual(theirs);
});

test("the others in there keep their root and their mounts, and nothing is left when it is deleted", async (context) => {
  requires(context, ...NEEDS);
  const there = await OthersNamespace.make({ script: "mount -t tmpfs t /mnt" });
  const bundle = new Bundle().configure(WAITING, joining(there.path));
  const before = { mounts: there.mounts(), root: there.root() };
  const id = uniqueId();
  const { code, stderr } = await bundle.minibox("run", "-d", id);
  expect([code, stderr]).toEqual([0, ""]);
  expect(there.root()).toEqual(before.root);
  const during = there.mounts();
  expect(others(during, bundle)).toEqual(before.mounts);
  // the container's are in the namespace, and where nobody else looks
  const own = during.filter((line) => !before.mounts.includes(line));
  expect(own.length).toBeGreaterThan(10);
  const place = ` ${join(bundle.state, id, "root")}`;
  for (const line of own) expect(line).toContain(place);
  await bundle.minibox("delete", "--force", id);
  expect(there.mounts()).toEqual(before.mounts);
  expect(there.root()).toEqual(before.root);
  const traces = { id, bundle: bundle.directory, root: bundle.state };
  expect(remainsOf(traces)).toEqual([]);
  expect(readdirSync(bundle.rootfs)).toContain("bin");
});

test("runc moves the others to the container's root, and leaves them there", async (context) => {
  requires(context, ...NEEDS, program("runc"));
  const there = await OthersNamespace.make();
  const bundle = new Bundle().configure("true", joining(there.path));
  const before = there.mounts();
  const { code } = await bundle.runtime("runc", "run", uniqueId());
  expect(code).toBe(0);
  // the reason why we do not do as it does
  expect(there.root().slice(2)).toEqual(readdirSync(bundle.rootfs).sort());
  expect(there.mounts().some((line) => before.includes(line))).toBe(false);
});

test("processes that are executed later, and hooks, have the root that those of the container have", async (context) => {
  requires(context, ...NEEDS);
  const there = await OthersNamespace.make();
  const bundle = new Bundle();
  const tell = (name: string) => [
    {
      path: "/bin/sh",
      args: ["sh", "-c", `{ echo ${name}; pwd; ls -x; } >&2`],
    },
  ];
  bundle.configure(
    WAITING,
    joining(there.path, (config) => {
      config.hooks = {
        createContainer: tell("createContainer"),
        startContainer: tell("startContainer"),
      };
    }),
  );
  const id = uniqueId();
  const { stderr } = await bundle.minibox("run", "-d", id);
  const names = ["bin", "dev", "etc", "proc", "sys", "tmp"].join(" +");
  expect(stderr).toMatch(
    new RegExp(
      `^createContainer\n${join(bundle.state, id, "root")}\n${names}\\s+startContainer\n/\n${names}\\s+$`,
    ),
  );
  const executed = await bundle.minibox(
    ...["exec", id, "sh", "-c"],
    "ls -x /; ls /.. | wc -l; readlink /proc/self/ns/mnt; ls /proc/1/root | wc -l",
  );
  expect(executed.stdout.replaceAll(/ +/g, " ").split(/ ?\n/)).toEqual([
    ...["bin dev etc proc sys tmp", "6", there.name, "6", ""],
  ]);
  // a process whose root was changed by chroot(2) makes none: user_namespaces(7)
  const users = await bundle.minibox("exec", id, "unshare", "-U", "true");
  expect(users.stderr).toContain("Operation not permitted");
});

test("nothing of it shows where the mounts of that namespace are shared", async (context) => {
  requires(context, ...NEEDS);
  const host = await OthersNamespace.make({
    words: ["--mount", "--propagation", "shared"],
    script: "mount -t tmpfs t /mnt",
  });
  const through = ["nsenter", `--mount=${host.path}`];
  const there = await OthersNamespace.make({
    ...{ through, words: ["--mount", "--propagation", "unchanged"] },
  });
  const shared = () =>
    there.mounts().filter((line) => / shared:\d+ /.test(line)).length;
  const bundle = new Bundle().configure(WAITING, joining(there.path));
  // nsenter(1) goes to the root
  const at = ["--bundle", bundle.directory];
  const before = { shared: shared(), host: host.mounts() };
  const id = uniqueId();
  const { code, stderr } = await bundle.through(
    through,
    "run",
    "-d",
    ...at,
    id,
  );
  expect([code, stderr]).toEqual([0, ""]);
  expect(host.mounts()).toEqual(before.host);
  // only the mount that the state is on has changed
  expect(shared()).toBe(before.shared - 1);
  expect(others(there.mounts(), bundle)).toHaveLength(before.host.length);
  await bundle.through(through, "delete", "--force", id);
  expect(there.mounts()).toHaveLength(before.host.length);
  expect(readdirSync(bundle.rootfs)).toContain("bin");
});

test("delete removes nothing of what somebody has mounted where the root was", async (context) => {
  requires(context, ...NEEDS);
  const host = await OthersNamespace.make();
  const through = ["nsenter", `--mount=${host.path}`];
  const there = await OthersNamespace.make();
  const bundle = new Bundle().configure(WAITING, joining(there.path));
  const id = uniqueId();
  await bundle.minibox("run", "-d", id);
  const place = join(bundle.state, id, "root");
  const inHost = (...words: string[]) =>
    run("nsenter", [...through.slice(1), ...words]);
  await inHost("mount", "--bind", bundle.rootfs, place);
  const refused = await bundle.through(through, "delete", "--force", id);
  expect([refused.code, refused.stderr]).toEqual([
    1,
    expect.stringMatching(/rmdir .*\/root: .*busy/),
  ]);
  expect(readdirSync(bundle.rootfs)).toContain("bin");
  await inHost("umount", place);
  const { code, stderr } = await bundle.through(through, "delete", "-f", id);
  expect([code, stderr]).toEqual([0, ""]);
  expect(readdirSync(bundle.state)).toEqual([]);
});

test("a file that a mount namespace is bound to is as good as that of a process", async (context) => {
  requires(context, ...NEEDS);
  // Linux 6.18 can tell which of two mount namespaces is older if they were made on the same CPU
  const onOneCpu = ["taskset", "--cpu-list", "0"];
  const host = await OthersNamespace.make({
    ...{ through: onOneCpu, script: "mount -t tmpfs t /mnt" },
  });
  const through = ["nsenter", `--mount=${host.path}`];
  const there = await OthersNamespace.make({
    through: [...onOneCpu, ...through],
  });
  const bind = `touch /mnt/bound && mount --bind ${there.path} /mnt/bound`;
  expect(await run("nsenter", [...through.slice(1), "sh", "-c", bind])).toEqual(
    { code: 0, signal: null, stdout: "", stderr: "" },
  );
  const bundle = new Bundle().configure(
    "readlink /proc/self/ns/mnt",
    joining("/mnt/bound"),
  );
  const { stdout, stderr } = await bundle.through(
    through,
    ...["run", "--bundle", bundle.directory, uniqueId()],
  );
  expect([stdout, stderr]).toEqual([`${there.name}\n`, ""]);
});

test("a user namespace is joined with the mount namespace that it owns", async (context) => {
  requires(context, ...NEEDS);
  const there = await OthersNamespace.make({ words: ["--user", "--mount"] });
  for (const kind of ["uid", "gid"])
    writeFileSync(`/proc/${there.pid}/${kind}_map`, "0 0 65536\n");
  const bundle = new Bundle().configure(
    "readlink /proc/self/ns/mnt; cat /proc/self/uid_map; ls -x /",
    joining(there.path, withUsersOf(there)),
  );
  const before = there.mounts();
  const { stdout, stderr } = await bundle.minibox("run", uniqueId());
  expect(stderr).toBe("");
  expect(stdout).toMatch(/^mnt:\[\d+\]\n +0 +0 +65536\nbin +dev +etc/);
  expect(stdout).toContain(there.name);
  expect(there.mounts()).toEqual(before);
});

/** What there is of a mount namespace that cannot be joined, and what is said of it. */
interface Refusal {
  readonly what: string;
  /** A script of its process's, with the state directory and the container's id for `$1` and `$2`. */
  readonly script?: string;
  readonly change?: () => Promise<(config: Draft) => void>;
  readonly message: RegExp;
}

const refusals: readonly Refusal[] = [
  {
    what: "belongs to another user namespace than the one that is joined",
    change: async () =>
      withUsersOf(await OthersNamespace.make({ words: ["--user"] })),
    message:
      /EPERM: .* setns \(.*: linux\.namespaces\[4\]: join the mount namespace '.*'\)" hint=".*user namespace that owns it/,
  },
  {
    what: "does not show the state of containers",
    script: 'mount -t tmpfs t "$1"',
    message: /ENOENT: .*\/root' \(.*: linux\.namespaces\[4\]: the root's place/,
  },
  {
    what: "leads somewhere else from there",
    script: 'mount -t tmpfs t "$1"; mkdir "$1/$2"; ln -s /tmp "$1/$2/root"',
    message: /ELOOP: .*\/root' \(.*: linux\.namespaces\[4\]: the root's place/,
  },
];

test.each(refusals)(
  "a mount namespace that $what is an error, and stays as it is",
  async ({ script = "", change, message }) => {
    requires({ skip: () => undefined as never }, ...NEEDS);
    const bundle = new Bundle();
    const id = uniqueId();
    mkdirSync(bundle.state, { mode: 0o700 });
    const there = await OthersNamespace.make({
      script: `set -- ${bundle.state} ${id}\n${script}`,
    });
    const before = there.mounts();
    bundle.configure("true", joining(there.path, await change?.()));
    const { code, stderr } = await bundle.minibox("create", id);
    expect(code).toBe(1);
    expect(unescaped(stderr)).toMatch(message);
    expect(there.mounts()).toEqual(before);
    expect(readdirSync(bundle.state)).toEqual([]);
  },
);

test("one that is not there is an error", async (context) => {
  requires(context, ...NEEDS);
  const bundle = new Bundle().configure("true", joining("/proc/self/ns/none"));
  const { code, stderr } = await bundle.minibox("create", uniqueId());
  expect(code).toBe(1);
  expect(stderr).toMatch(
    /cannot honour linux\.namespaces\[4\]\.path: ENOENT: .*\/proc\/self\/ns\/none/,
  );
});
