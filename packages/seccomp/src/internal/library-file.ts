import { realpathSync, statSync } from "node:fs";
import { join } from "node:path";

/** A library's file, and what tells it from another version of it. */
export interface LibraryFile {
  readonly path: string;
  readonly identity: string;
}

const MULTIARCH: Readonly<Record<string, string>> = {
  x64: "x86_64-linux-gnu",
  arm64: "aarch64-linux-gnu",
};

/**
 * Finds libseccomp where the dynamic loader would, without loading it: a filter from the cache is good only for the
 * libseccomp that would make it again. Undefined where distributions do not put it.
 */
export function libraryFile(): LibraryFile | undefined {
  for (const directory of directories()) {
    const identity = identify(join(directory, "libseccomp.so.2"));
    if (identity !== undefined) return identity;
  }
  return undefined;
}

function directories(): readonly string[] {
  const multiarch = MULTIARCH[process.arch] ?? "";
  return [
    ...(process.env["LD_LIBRARY_PATH"] ?? "").split(/[:;]/),
    `/usr/lib/${multiarch}`,
    "/usr/lib64",
    "/usr/lib",
    `/lib/${multiarch}`,
    "/lib64",
    "/lib",
  ].filter((directory) => directory.startsWith("/"));
}

function identify(link: string): LibraryFile | undefined {
  const file = statSync(link, { bigint: true, throwIfNoEntry: false });
  if (file?.isFile() !== true) return undefined;
  const path = realpathSync(link);
  return { path, identity: `${path} ${file.size} ${file.mtimeNs}` };
}
