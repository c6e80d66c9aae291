import { join } from "node:path";
import {
  asUser,
  checkoutFor,
  type Requirement,
  requires,
  root,
  run,
  type RunOptions,
  type RunResult,
  UNPRIVILEGED_UID,
  unprivilegedUser,
  unprivilegedUserNamespaces,
} from "@ns/testkit";
import type { TestContext } from "vitest";

/** Who runs minibox in a test. */
export interface Caller {
  readonly who: string;
  readonly uid: number;
}

export const ROOT: Caller = { who: "root", uid: 0 };
export const ORDINARY: Caller = {
  who: "an ordinary user",
  uid: UNPRIVILEGED_UID,
};
/** Both must see the same. */
export const CALLERS: readonly Caller[] = [ROOT, ORDINARY];

/** Skips the test where this machine cannot be that caller. */
export function requiresCaller(
  context: Pick<TestContext, "skip">,
  caller: Caller,
  ...others: Requirement[]
): void {
  const needed =
    caller.uid === 0 ? [root] : [unprivilegedUser, unprivilegedUserNamespaces];
  requires(context, ...needed, ...others);
}

/** The program as that caller finds it. */
export function programOf({ uid }: Caller): string {
  return join(checkoutFor(uid), "apps/minibox/bin/minibox");
}

/** A Node that the caller can run, here and in a container. */
export function nodeOf({ uid }: Caller): string {
  return join(checkoutFor(uid), "node_modules/.bin/node");
}

/** Runs any program as that caller. */
export function runAs(
  { uid }: Caller,
  file: string,
  args: readonly string[],
  options?: RunOptions,
): Promise<RunResult> {
  return uid === process.getuid?.()
    ? run(file, args, options)
    : asUser(uid, file, args, options);
}

/** Runs minibox as that caller. */
export function minibox(
  caller: Caller,
  args: readonly string[],
  options?: RunOptions,
): Promise<RunResult> {
  return runAs(caller, programOf(caller), args, options);
}

/** What `sh -c SCRIPT` prints in a container, which has to succeed without a word on stderr. */
export async function inside(
  caller: Caller,
  script: string,
  {
    options = [],
    ...how
  }: RunOptions & { readonly options?: readonly string[] } = {},
): Promise<string> {
  const { code, signal, stdout, stderr } = await minibox(
    caller,
    ["run", ...options, "--", "sh", "-c", script],
    how,
  );
  if (code !== 0 || stderr !== "")
    throw new Error(
      `${script}: ended with ${code ?? signal}\n${stdout}${stderr}`,
    );
  return stdout.trimEnd();
}
