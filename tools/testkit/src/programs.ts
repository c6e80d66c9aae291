import { accessSync, constants } from "node:fs";
import { join } from "node:path";

const systemDirectories = [
  "/usr/local/sbin",
  "/usr/local/bin",
  "/usr/sbin",
  "/usr/bin",
  "/sbin",
  "/bin",
];

/** The PATH of the programs that tests start as another user. */
export const SYSTEM_PATH = systemDirectories.join(":");

/**
 * Our PATH with a pnpm at its end, for whatever starts pnpm (turbo does): there is none in it when the tests were
 * started as `node_modules/.bin/vitest`.
 */
export function pathWithPnpm(): string {
  return [process.env["PATH"], join(import.meta.dirname, "../bin")].join(":");
}

/**
 * Finds `name` in PATH and in the system's own directories, which an ordinary user's PATH lacks
 * (`/usr/sbin/runc`). An absolute path is looked up as it is.
 */
export function findProgram(name: string): string | undefined {
  const directories = [
    ...(process.env["PATH"] ?? "").split(":"),
    ...systemDirectories,
  ];
  const candidates = name.startsWith("/")
    ? [name]
    : directories.map((directory) => join(directory, name));
  return candidates.find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    // whatever the reason, it cannot be started
    return false;
  }
}
