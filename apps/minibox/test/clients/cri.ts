/*
 * Does with containerd what a kubelet does for a pod whose RuntimeClass has the handler `minibox`. cri.ts SOCKET IMAGE CGROUP:
 * prints what containerd answers, a line for each thing.
 */
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { type Client, credentials, makeClientConstructor } from "@grpc/grpc-js";
import { loadSync } from "@grpc/proto-loader";

type Answer = Readonly<Record<string, unknown>>;

const [socket = "", image = "", cgroup = ""] = process.argv.slice(2);
const service = loadSync(join(import.meta.dirname, "cri.proto"), {
  longs: Number,
  enums: String,
  defaults: true,
})["runtime.v1.RuntimeService"];
const Service = makeClientConstructor(
  service as Parameters<typeof makeClientConstructor>[0],
  "RuntimeService",
);
const client: Client = new Service(
  `unix:${socket}`,
  credentials.createInsecure(),
  { "grpc.default_authority": "localhost" },
);

type Call = (
  request: Answer,
  done: (error: Error | null, answer: Answer) => void,
) => void;

function call(method: string, request: Answer): Promise<Answer> {
  const calls = client as unknown as Readonly<Record<string, Call>>;
  return new Promise((resolve, reject) => {
    calls[method]?.call(client, request, (error, answer) => {
      if (error === null) resolve(answer);
      else reject(error);
    });
  });
}

/** The network of the node: then no plugin is asked for one. */
const namespaces = { network: "NODE", pid: "CONTAINER", ipc: "POD" };
const sandbox = {
  metadata: { name: "pod", uid: "1", namespace: "default" },
  logDirectory: process.env["TMPDIR"],
  linux: {
    cgroupParent: cgroup,
    securityContext: { namespaceOptions: namespaces },
  },
};

async function create(
  podSandboxId: unknown,
  name: string,
  command: readonly string[],
  securityContext: Answer = {},
): Promise<unknown> {
  const config = {
    metadata: { name },
    image: { image },
    command,
    logPath: `${name}.log`,
    linux: {
      resources: { memoryLimitInBytes: 32 << 20 },
      securityContext: { namespaceOptions: namespaces, ...securityContext },
    },
  };
  const { containerId } = await call("CreateContainer", {
    podSandboxId,
    config,
    sandboxConfig: sandbox,
  });
  await call("StartContainer", { containerId });
  return containerId;
}

async function status(containerId: unknown): Promise<Answer> {
  return (await call("ContainerStatus", { containerId }))["status"] as Answer;
}

async function ended(containerId: unknown): Promise<Answer> {
  for (;;) {
    const now = await status(containerId);
    if (now["state"] === "CONTAINER_EXITED") return now;
    await setTimeout(50);
  }
}

async function exec(containerId: unknown, script: string): Promise<string> {
  const cmd = ["sh", "-c", script];
  const { stdout, exitCode } = await call("ExecSync", { containerId, cmd });
  return `${String(stdout).trim()}, status ${String(exitCode)}`;
}

const { podSandboxId } = await call("RunPodSandbox", {
  config: sandbox,
  runtimeHandler: "minibox",
});
const waiting = 'trap "exit 3" TERM; while :; do sleep 0.1; done';
const id = await create(podSandboxId, "service", ["sh", "-c", waiting]);
console.log("running:", (await status(id))["state"]);
console.log("exec:", await exec(id, "echo in; exit 4"));
const limit =
  "cat /sys/fs/cgroup/memory.max /sys/fs/cgroup/memory/memory.limit_in_bytes 2>/dev/null";
console.log("memory limit:", await exec(id, `${limit}; true`));
await call("UpdateContainerResources", {
  containerId: id,
  linux: { memoryLimitInBytes: 48 << 20 },
});
console.log("updated:", await exec(id, `${limit}; true`));
await call("StopContainer", { containerId: id, timeout: 10 });
console.log("stopped:", (await ended(id))["exitCode"]);

const user = await create(
  podSandboxId,
  "user",
  ["sh", "-c", "touch /x || exit $(id -u)0"],
  { runAsUser: { value: 10 }, readonlyRootfs: true },
);
console.log("as a user, read-only:", (await ended(user))["exitCode"]);
const hungry = await create(podSandboxId, "hungry", [
  "sh",
  "-c",
  "sleep 0.5; exec dd if=/dev/zero of=/dev/null bs=100M count=1",
]);
const { exitCode, reason } = await ended(hungry);
console.log("out of memory:", exitCode, reason);

for (const containerId of [id, user, hungry])
  await call("RemoveContainer", { containerId });
await call("StopPodSandbox", { podSandboxId });
await call("RemovePodSandbox", { podSandboxId });
client.close();
