import { readdirSync } from "node:fs";
import { spawn, type Exit, type SpawnOptions } from "../../src/index.ts";

/** What a command printed, and how it ended. */
export interface Captured extends Exit {
  readonly stdout: string;
  readonly stderr: string;
}

/** Spawns a command with piped output and waits until it is gone. */
export async function capture(
  file: string,
  args: readonly string[] = [],
  options: SpawnOptions = {},
): Promise<Captured> {
  const child = spawn(file, args, {
    stdio: ["ignore", "pipe", "pipe"],
    ...options,
  });
  const texts = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) {
    child[name]
      ?.setEncoding("utf8")
      .on("data", (chunk: string) => (texts[name] += chunk));
  }
  const closed = new Promise((resolve) => child.once("close", resolve));
  const exit = await child.exited.finally(() => closed);
  return { ...exit, ...texts };
}

/** `sh -c SCRIPT`, which has to succeed; what it printed, without the last newline. */
export async function shell(
  script: string,
  options: SpawnOptions = {},
): Promise<string> {
  const { code, signal, stdout, stderr } = await capture(
    "/bin/sh",
    ["-c", script],
    options,
  );
  if (code !== 0)
    throw new Error(
      `${script}: ended with ${code ?? signal}\n${stdout}${stderr}`,
    );
  return stdout.trimEnd();
}

/** A field of /proc/self/status in the child: `Name:\tvalue`. */
export async function statusOf(
  field: string,
  options: SpawnOptions = {},
): Promise<string> {
  const { stdout } = await capture("/bin/cat", ["/proc/self/status"], options);
  return new RegExp(`^${field}:\\s*(.*)$`, "m").exec(stdout)?.[1] ?? "";
}

/** This process as a user namespace sees it: its own ids as root inside. */
export const MAP_SELF = {
  uidMappings: [{ containerId: 0, hostId: process.geteuid?.() ?? 0, size: 1 }],
  gidMappings: [{ containerId: 0, hostId: process.getegid?.() ?? 0, size: 1 }],
} as const;

/** How many descriptors are open here. */
export function openDescriptors(): number {
  // the directory's own is always among them
  return readdirSync("/proc/self/fd").length;
}
