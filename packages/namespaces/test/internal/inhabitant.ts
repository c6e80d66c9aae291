import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";

/** A process that stays where it was started until it is disposed of. */
export interface Inhabitant extends AsyncDisposable {
  /** Of the process in the namespaces, not of what made them. */
  readonly pid: number;
}

const WAITING = ["sh", "-c", "echo there; exec cat"];

/** Starts a process behind `through`: `inhabitant("unshare", "--uts")`. With `--fork` it is the child. */
export async function inhabitant(
  ...through: readonly string[]
): Promise<Inhabitant> {
  const [file = "", ...args] = [...through, ...WAITING];
  const child = spawn(file, args, { stdio: ["pipe", "pipe", "inherit"] });
  const exited = once(child, "exit");
  const first = await Promise.race([once(child.stdout, "data"), exited]);
  if (String(first[0]) !== "there\n")
    throw new Error(`${through.join(" ")} did not start`);
  return {
    pid: lastOf(child.pid ?? -1),
    [Symbol.asyncDispose]: async () => {
      child.stdin.end();
      await exited;
    },
  };
}

/** The process at the end of a line of only children. */
function lastOf(pid: number): number {
  const children = readFileSync(
    `/proc/${pid}/task/${pid}/children`,
    "utf8",
  ).trim();
  return children === "" ? pid : lastOf(Number(children));
}
