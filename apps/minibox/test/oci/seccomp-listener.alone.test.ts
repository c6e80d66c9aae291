import { closeSync } from "node:fs";
import { join } from "node:path";
import { parseState } from "@ns/oci";
import { notifications } from "@ns/seccomp";
import { program, requires, root } from "@ns/testkit";
import { expect, test } from "vitest";
import { Bundle, type Draft, uniqueId } from "../internal/bundle.ts";
import { SeccompAgent } from "./internal/seccomp-agent.ts";

const NEEDS = [root, program("busybox")] as const;

/** Asks an agent about every directory that is made. */
function notifying(path: string, noNewPrivileges: boolean) {
  return (config: Draft): void => {
    config.annotations = { "org.example": "yes" };
    if (config.process !== undefined)
      config.process.noNewPrivileges = noNewPrivileges;
    config.linux = {
      ...config.linux,
      seccomp: {
        defaultAction: "SCMP_ACT_ALLOW",
        listenerPath: path,
        listenerMetadata: "about this",
        syscalls: [{ names: ["mkdir", "mkdirat"], action: "SCMP_ACT_NOTIFY" }],
      },
    };
  };
}

/** Answers a number of calls with an error of its own, and closes the listener. */
async function refuse(listener: number, count: number): Promise<number[]> {
  const pids: number[] = [];
  for await (const each of notifications(listener)) {
    pids.push(each.pid);
    each.respond({ errno: "EXDEV" });
    if (pids.length === count) break;
  }
  closeSync(listener);
  return pids;
}

test.for([true, false])(
  "an agent gets the listener with the process's state, and answers; with no_new_privs: %s",
  async (noNewPrivileges, context) => {
    requires(context, ...NEEDS);
    const bundle = new Bundle();
    const path = join(bundle.directory, "agent");
    const agent = new SeccompAgent(path);
    bundle.configure(
      "mkdir /tmp/new 2>&1; sleep 30",
      notifying(path, noNewPrivileges),
    );
    const id = uniqueId();
    const [{ state, listeners }, { stderr }] = await Promise.all([
      agent.take(),
      bundle.minibox("create", id),
    ]);
    expect(stderr).toBe("");
    const { pid } = parseState((await bundle.minibox("state", id)).stdout);
    expect(state).toEqual({
      ociVersion: state.ociVersion,
      ...{ fds: ["seccompFd"], pid, metadata: "about this" },
      state: {
        ...{ ociVersion: state.ociVersion, id, status: "creating", pid },
        bundle: bundle.directory,
        annotations: { "org.example": "yes" },
      },
    });
    expect(listeners).toHaveLength(1);
    const [listener = -1] = listeners;
    const [pids] = await Promise.all([
      refuse(listener, 1),
      bundle.minibox("start", id),
    ]);
    expect(pids).toHaveLength(1);

    // exec has a filter and a listener of its own
    const [executed, { stdout, code }] = await Promise.all([
      agent.take().then(async (handed) => {
        await refuse(handed.listeners[0] ?? -1, 1);
        return handed.state;
      }),
      bundle.minibox("exec", id, "sh", "-c", "mkdir /tmp/x 2>&1; :"),
    ]);
    expect([code, stdout]).toEqual([
      0,
      "mkdir: can't create directory '/tmp/x': Invalid cross-device link\n",
    ]);
    expect(executed).toMatchObject({
      fds: ["seccompFd"],
      state: { id, pid, status: "running" },
    });
    expect(executed.pid).not.toBe(pid);
  },
);

test.for([true, false])(
  "without an agent there is no container; with no_new_privs: %s",
  async (noNewPrivileges, context) => {
    requires(context, ...NEEDS);
    const bundle = new Bundle();
    const path = join(bundle.directory, "nobody");
    bundle.configure("true", notifying(path, noNewPrivileges));
    const { code, stderr } = await bundle.minibox("create", uniqueId());
    expect(code).toBe(1);
    expect(stderr).toContain(
      `cannot honour linux.seccomp.listenerPath: no agent at '${path}': ENOENT`,
    );
    expect(bundle.ids()).toEqual([]);
  },
);
