import { spawn, type SpawnOptions } from "@ns/spawn";
import { Capabilities } from "@ns/syscalls";
import { checkoutFor, type Requirement, UNPRIVILEGED_UID } from "@ns/testkit";
import {
  type CompiledFilter,
  defaultCapabilities,
  libseccompVersion,
  SeccompError,
} from "../../src/index.ts";

/** The system's libseccomp. */
export const libseccomp: Requirement = {
  met: () => {
    try {
      return libseccompVersion() !== "";
    } catch (error) {
      if (error instanceof SeccompError) return false;
      throw error;
    }
  },
  reason: "needs libseccomp: apt-get install libseccomp2",
};

export interface Filtered {
  readonly code: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Who runs under the filter: root with what a container's root has, or a user with nothing. */
export type Who = "container root" | "user";

/** Runs a command under a filter; as root, as somebody else. Without root both are whoever runs the tests. */
export async function filtered(
  filter: Pick<CompiledFilter, "filter" | "flags">,
  file: string,
  args: readonly string[],
  who: Who = "container root",
  options: SpawnOptions = {},
): Promise<Filtered> {
  const child = spawn(file, args, {
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
    noNewPrivileges: true,
    seccomp: filter,
    timeout: 60_000,
    ...(process.getuid?.() === 0 && identity(who)),
    ...options,
  });
  const texts = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) {
    child[name]
      ?.setEncoding("utf8")
      .on("data", (chunk: string) => (texts[name] += chunk));
  }
  const closed = new Promise((resolve) => child.once("close", resolve));
  const { code, signal } = await child.exited.finally(() => closed);
  return { code, signal, ...texts };
}

function identity(who: Who): SpawnOptions {
  if (who === "user") {
    const id = UNPRIVILEGED_UID;
    return { credential: { uid: id, gid: id }, capabilities: {} };
  }
  const kept = defaultCapabilities.map(
    (name) => Capabilities[name.slice(4) as keyof typeof Capabilities],
  );
  return {
    capabilities: { bounding: kept, effective: kept, permitted: kept },
  };
}

/** This node and a fixture, where `who` can read them. */
export function fixture(name: string, who: Who): readonly [string, string] {
  const isUser = who === "user" && process.getuid?.() === 0;
  const root = checkoutFor(
    isUser ? UNPRIVILEGED_UID : (process.getuid?.() ?? 0),
  );
  return [
    `${root}/node_modules/.bin/node`,
    `${root}/packages/seccomp/test/fixtures/${name}`,
  ];
}

/** Makes these syscalls in a child under the filter; the result of each, an error negated. */
export async function results(
  filter: Pick<CompiledFilter, "filter" | "flags">,
  calls: readonly (readonly [number, ...(number | string)[]])[],
  who: Who = "container root",
): Promise<readonly number[]> {
  const [node, script] = fixture("calls.ts", who);
  const { code, signal, stdout, stderr } = await filtered(
    filter,
    node,
    [script, JSON.stringify(calls)],
    who,
  );
  if (code !== 0)
    throw new Error(`calls.ts ended with ${code ?? signal}: ${stderr}`);
  return JSON.parse(stdout) as number[];
}
