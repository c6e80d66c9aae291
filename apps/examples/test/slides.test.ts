import { globSync, readFileSync, readlinkSync } from "node:fs";
import { hostname, uptime } from "node:os";
import { program, requires } from "@ns/testkit";
import { describe, expect, test, type TestContext } from "vitest";
import { people } from "./people.ts";

const KINDS = ["cgroup", "ipc", "mnt", "net", "pid", "time", "user", "uts"];

describe.each(people)("as user $uid", (person) => {
  const { uid, node } = person;

  /** Runs an example whose shell reads `script`; returns what that prints. */
  async function inside(
    context: TestContext,
    file: string,
    script: string,
  ): Promise<string> {
    requires(context, ...person.needs);
    const { stdout } = await node([`src/${file}.ts`], script);
    return stdout;
  }

  /** The kinds of namespaces that a shell of the example has of its own. */
  async function ownKinds(
    context: TestContext,
    file: string,
  ): Promise<string[]> {
    const links = await inside(
      context,
      file,
      "cd /proc/self/ns && readlink cgroup ipc mnt net pid time user uts",
    );
    // The user namespace that stands for sudo is not the example's.
    return own(links).filter((kind) => uid === 0 || kind !== "user");
  }

  test("2: whoami", async (context) => {
    expect(await inside(context, "02-whoami", "")).toMatch(/^\w+\n$/);
  });

  test("6: two processes share all namespaces but two", async (context) => {
    const printed = await inside(context, "06-where-are-they", "");
    for (const kind of KINDS) {
      const differs = kind === "user" || kind === "uts";
      expect(printed).toContain(
        `${kind} is ${differs ? "not shared" : "shared"}\n`,
      );
      expect(
        printed.includes(
          `  ${kind} -> ${readlinkSync(`/proc/self/ns/${kind}`)}\n`,
        ),
      ).toBe(true);
    }
  });

  test("7: the raw syscall returns the process id", async (context) => {
    expect(await inside(context, "07-syscall", "")).toMatch(
      /^process id: {2}\d+\n$/,
    );
  });

  test("11: the host name changes inside, in a UTS namespace, and stays outside", async (context) => {
    const before = hostname();
    expect(await inside(context, "10-uts", "hostname hello; hostname")).toBe(
      "hello\n",
    );
    expect(await ownKinds(context, "10-uts")).toEqual(["uts"]);
    expect(hostname()).toBe(before);
  });

  test("14, 16: without a map everybody is nobody, 65534", async (context) => {
    const script =
      "whoami; id -u; cat /proc/self/uid_map; readlink /proc/self/ns/user";
    const [name, id, namespace] = (
      await inside(context, "13-user", script)
    ).split("\n");
    expect([name, id]).toEqual(["nobody", "65534"]);
    expect(namespace).not.toBe(readlinkSync("/proc/self/ns/user"));
  });

  test("18: user 109 and group 114 inside are ours outside", async (context) => {
    const printed = await inside(
      context,
      "17-uid-map",
      "id -u; id -g; cat /proc/self/uid_map /proc/self/gid_map",
    );
    expect(printed.trim().split(/\s+/)).toEqual(
      ["109", "114", "109", uid, 1, "114", uid, 1].map(String),
    );
  });

  test("19: the child has our stdout", async (context) => {
    expect(await inside(context, "19-make-cmd", "")).toBe(
      "echo has our stdout\n",
    );
  });

  test("20: the parent's name changes with the child's", async (context) => {
    requires(context, ...person.needs);
    const ask = "echo at $(hostname) $(readlink /proc/self/ns/uts)";
    const lines = [`[inside]$ ${ask}`, "[inside]$ exit", `host$ ${ask}`];
    const { stdout } = await node(["src/start.ts", "20", "--demo", ...lines]);
    const answers = [...stdout.matchAll(/^at (\S+) (uts:\[\d+\])$/gm)];
    expect(answers.map(([, name]) => name)).toEqual([
      "inner-system",
      "inner-system",
    ]);
    const namespaces = answers.map(([, , link]) => link);
    expect(
      new Set([...namespaces, readlinkSync("/proc/self/ns/uts")]).size,
    ).toBe(3);
  });

  test.for(["23-rupa", "26-uts-reexec"])(
    "25, 26: %s names itself from inside",
    async (file, context) => {
      const before = hostname();
      expect(await inside(context, file, "hostname")).toBe("inner-system\n");
      expect(await ownKinds(context, file)).toEqual(["uts"]);
      expect(hostname()).toBe(before);
    },
  );

  test("28: processes inside have two numbers, and /proc shows those of inside", async (context) => {
    const printed = await inside(
      context,
      "28-pid-tree",
      "grep NSpid /proc/1/status; ls -d /proc/[0-9]* | wc -l",
    );
    expect(printed).toMatch(/^NSpid:\t1\n\d\n$/);
    expect(await ownKinds(context, "28-pid-tree")).toEqual(["mnt", "pid"]);
  });

  test("30, 31: the code inside is process 1, and /proc still shows the host's", async (context) => {
    const first = readFileSync("/proc/1/comm", "utf8");
    expect(
      await inside(context, "29-pid", "echo $PPID; cat /proc/1/comm"),
    ).toBe(`Inner code PID 1\n1\n${first}`);
    expect(await ownKinds(context, "29-pid")).toEqual(["pid"]);
  });

  test("36: a mount made inside is on the host, its peer, and not on the machine", async (context) => {
    requires(context, ...person.needs);
    const ask =
      "grep ' /mnt ' /proc/self/mountinfo; readlink /proc/self/ns/mnt";
    const lines = [
      "[inside]$ mount --bind /etc /mnt",
      `[inside]$ ${ask}`,
      "[inside]$ exit",
      `host$ ${ask}`,
    ];
    const { stdout } = await node(["src/start.ts", "36", "--demo", ...lines]);
    const peers = [
      ...stdout.matchAll(/^\d+ .* \/mnt .* (shared:\d+) .*\n(mnt:\[\d+\])$/gm),
    ];
    expect(peers).toHaveLength(2);
    expect(peers[0]?.[1]).toBe(peers[1]?.[1]);
    expect(peers[0]?.[2]).not.toBe(peers[1]?.[2]);
    expect(readFileSync("/proc/self/mountinfo", "utf8")).not.toMatch(
      / \/etc \/mnt /,
    );
  });

  test("38, 39: every mount is shared, then none is", async (context) => {
    const isShared = (line: string): boolean =>
      /^(\S+ ){6}(.* )?shared:/.test(line);
    const shared = (
      await inside(context, "38-shared", "cat /proc/self/mountinfo")
    )
      .trim()
      .split("\n");
    expect(shared.filter((line) => !isShared(line))).toEqual([]);
    const alone = (
      await inside(context, "39-private", "cat /proc/self/mountinfo")
    )
      .trim()
      .split("\n");
    expect(alone).toHaveLength(shared.length);
    expect(alone.filter(isShared)).toEqual([]);
  });

  test("40: what each type of propagation lets through", async (context) => {
    const rows = tableIn(await inside(context, "40-propagation", ""));
    expect(rows).toEqual([
      ["MS_SHARED", "'yes'", "'yes'", "'yes'"],
      ["MS_SLAVE", "'yes'", "'no'", "'yes'"],
      ["MS_PRIVATE", "'no'", "'no'", "'yes'"],
      ["MS_UNBINDABLE", "'no'", "'no'", "'no'"],
    ]);
  });

  test("42: ps shows three processes", async (context) => {
    const printed = await inside(
      context,
      "41-unshareflags",
      "ps -eo pid=,args=",
    );
    const [first = "", second = "", third = "", ...others] = printed
      .trimEnd()
      .split("\n");
    expect(first).toMatch(/^ +1 reexec:inner .*41-unshareflags\.ts/);
    expect(second).toMatch(/ \/bin\/sh$/);
    expect(third).toMatch(/ ps -eo/);
    expect(others).toEqual([]);
    expect(await ownKinds(context, "41-unshareflags")).toEqual(["mnt", "pid"]);
  });

  test("43: only a mount namespace of a shared / leaks", async (context) => {
    const rows = tableIn(await inside(context, "43-go-1-9", ""));
    expect(rows).toEqual([
      ["/ on the host is private", "'stays inside'", "'stays inside'"],
      ["/ on the host is shared", "'leaks to the host'", "'stays inside'"],
    ]);
  });

  test("46: queues inside are not the host's", async (context) => {
    const script =
      "ls /mnt; ipcmk -Q > /dev/null; grep -c '' /proc/sysvipc/msg; touch /mnt/mine; ls /mnt";
    expect(await inside(context, "46-ipc", script)).toBe("2\nmine\n");
    expect(await ownKinds(context, "46-ipc")).toEqual(["ipc", "mnt"]);
  });

  test("47: the host answers through the cable, and the machine has none", async (context) => {
    requires(context, ...person.needs, program("ip"), program("busybox"));
    const printed = await inside(
      context,
      "47-net",
      "busybox ping -c 1 10.0.0.1; cut -d: -f1 -s /proc/net/dev",
    );
    expect(printed).toContain("1 packets transmitted, 1 packets received");
    expect(printed.split("\n").map((line) => line.trim())).toEqual(
      expect.arrayContaining(["lo", "eth0"]),
    );
    expect(await ownKinds(context, "47-net")).toEqual(["net"]);
    expect(readFileSync("/proc/net/dev", "utf8")).not.toContain("cable");
  });

  test("48: the cgroup is the root from inside, holds four processes, and is gone after", async (context) => {
    requires(context, ...person.needs);
    const script =
      "cat /proc/self/cgroup; for i in 1 2 3 4; do sleep 100 & done; echo unreached";
    const { code, stdout, stderr } = await node(["src/48-cgroup.ts"], script);
    expect(code).toBe(uid === 0 ? 0 : 1);
    expect(stdout).toMatch(uid === 0 ? /^(\d+:\S*:\/\n)+$/ : /^$/);
    expect(stderr).toMatch(uid === 0 ? /[Ff]ork/ : /^this needs root: /);
    expect(globSync("/sys/fs/cgroup/{,pids/}ns-talk-*")).toEqual([]);
  });

  test("49: the boot clock has an offset", async (context) => {
    const [seconds = ""] = (
      await inside(context, "49-time", "cat /proc/uptime")
    ).split(" ");
    expect(Number(seconds) - uptime()).toBeGreaterThan(86_400_000 - 60);
    expect(await ownKinds(context, "49-time")).toEqual(["time"]);
  });

  test("50: a container, its shell process 1, with no privileges and nothing of the host's to write", async (context) => {
    const script = `hostname; echo $$; grep -E '^(CapBnd|CapEff|NoNewPrivs)' /proc/self/status
      ls /; touch /usr/x 2>&1; cat /proc/1/comm; echo > /dev/null && echo null; cat /proc/uptime`;
    const printed = await inside(context, "50-container", script);
    expect(printed).toMatch(
      /^box\n1\nCapEff:\t0+\nCapBnd:\t0+\nNoNewPrivs:\t1\n/,
    );
    expect(printed).toMatch(
      /\nusr\ntouch: .*Read-only file system\nsh\nnull\n\d\.\d/,
    );
    expect(await ownKinds(context, "50-container")).toEqual(
      KINDS.filter((kind) => uid === 0 || kind !== "user"),
    );
  });
});

/** Of links to namespaces, one a line, the kinds of those that this process is not in. */
function own(links: string): string[] {
  return [...links.matchAll(/^(\w+):\[\d+\]$/gm)]
    .filter(([link, kind]) => readlinkSync(`/proc/self/ns/${kind}`) !== link)
    .map(([, kind = ""]) => kind);
}

/** The cells of what console.table prints, without its heading. */
function tableIn(printed: string): string[][] {
  const rows = printed.split("\n").filter((line) => line.startsWith("│"));
  return rows.slice(1).map((row) =>
    row
      .split("│")
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}
