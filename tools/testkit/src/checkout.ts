import { execFileSync } from "node:child_process";
import {
  existsSync,
  globSync,
  mkdirSync,
  realpathSync,
  renameSync,
} from "node:fs";
import { join, resolve } from "node:path";
import { runDirectory } from "./run-directory.ts";

/** The root of the checkout that these sources are in. */
export const checkout = resolve(import.meta.dirname, "../../..");

/**
 * The root of a checkout that the user `uid` can read and run programs from: this one if that user can, else a
 * copy of what runs without building, made once and removed when the run of the tests ends. Needs root unless
 * `uid` is ours.
 */
export function checkoutFor(uid: number): string {
  if (uid === process.getuid?.() || canRunFrom(uid)) return checkout;
  const copy = join(runDirectory(), "checkout");
  if (!existsSync(copy)) copyCheckout(copy);
  return copy;
}

function canRunFrom(uid: number): boolean {
  const id = String(uid);
  // minibox shows an ordinary user nothing of a directory of / that may not be listed
  const listable = `test -r "/$(echo "$1" | cut -d / -f 2)"`;
  const readable = `${listable} && test -x node_modules/.bin/node && test -r "$(echo packages/*/package.json | cut -d ' ' -f 1)"`;
  const args = [
    "--reuid",
    id,
    "--regid",
    id,
    "--clear-groups",
    "sh",
    "-c",
    `cd "$1" && ${readable}`,
    "sh",
    checkout,
  ];
  try {
    execFileSync("setpriv", args, { cwd: "/", stdio: "ignore" });
    return true;
  } catch {
    // sh has said no, with its exit status
    return false;
  }
}

function copyCheckout(copy: string): void {
  const paths = [
    "package.json",
    ...globSync(
      [
        "packages",
        "apps",
        "node_modules/node-linux-*",
        "node_modules/.bin/node",
      ],
      { cwd: checkout },
    ),
    ...storeDirectories(),
  ];
  const partial = `${copy}.partial`;
  mkdirSync(partial, { recursive: true });
  execFileSync(
    "cp",
    ["-a", "--reflink=auto", "--parents", "--", ...paths, partial],
    { cwd: checkout },
  );
  execFileSync("chmod", ["-R", "go+rX", partial]);
  renameSync(partial, copy);
}

/** The directories in `node_modules/.pnpm` that packages and apps lead to by symbolic links, directly or not. */
function storeDirectories(): string[] {
  const found = new Set<string>();
  const pending = ["packages/*", "apps/*", "."];
  for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
    const modules =
      at === "." ? "node_modules/node-linux-*" : `${at}/node_modules/{*,@*/*}`;
    for (const link of globSync(modules, { cwd: checkout })) {
      const inStore =
        /^(node_modules\/\.pnpm\/[^/]+)\/node_modules\/(.+)$/.exec(
          relativeTarget(link),
        );
      const directory = inStore?.[1];
      if (directory === undefined || found.has(directory)) continue;
      found.add(directory);
      pending.push(directory);
    }
  }
  return [...found];
}

function relativeTarget(link: string): string {
  return realpathSync(join(checkout, link)).slice(
    realpathSync(checkout).length + 1,
  );
}
