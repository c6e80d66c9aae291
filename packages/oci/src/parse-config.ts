import { closeSync, fstatSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Config } from "./config.ts";
import { OciError } from "./error.ts";
import { configSchema } from "./internal/config-schema.ts";
import { asDocument, parseDocument } from "./internal/document.ts";
import { processSchema } from "./internal/process-schema.ts";
import { resourcesSchema } from "./internal/resources-schema.ts";
import type { Process } from "./process.ts";
import type { Resources } from "./resources.ts";

export { MAX_DOCUMENT_BYTES } from "./internal/document.ts";

/**
 * Parses a config.json. The object is what JSON.parse gives, with all that the specification does not know; integers
 * beyond 2^53 are bigints, and members that are null are left out. Whether the members go together is for
 * `validateConfig` to say.
 * @throws {OciError} `ERR_INVALID_CONFIG` with every member that is missing or of the wrong kind.
 */
export function parseConfig(document: string | Uint8Array): Config {
  return parseDocument(document, configSchema(), {
    name: "config.json",
    code: "ERR_INVALID_CONFIG",
  });
}

/**
 * The same for a value that has been parsed, or put together, already; it is returned itself.
 * @throws {OciError} `ERR_INVALID_CONFIG`
 */
export function asConfig(value: unknown): Config {
  return asDocument(value, configSchema(), {
    name: "config.json",
    code: "ERR_INVALID_CONFIG",
  });
}

/**
 * Reads and parses the config.json of a bundle.
 * @throws {OciError} `ERR_INVALID_CONFIG`; also if it is no regular file, or larger than 8 MiB.
 * @throws Node's own error if it cannot be opened: `ENOENT` where the directory is no bundle.
 */
export function readConfig(bundle: string): Config {
  const path = join(bundle, "config.json");
  const fd = openSync(path, "r");
  try {
    if (!fstatSync(fd).isFile())
      throw new OciError(
        "ERR_INVALID_CONFIG",
        `invalid config.json, '${path}': expected a regular file`,
      );
    return parseConfig(readFileSync(fd));
  } finally {
    closeSync(fd);
  }
}

/**
 * Parses the process of a config.json on its own, as `exec --process` has it.
 * @throws {OciError} `ERR_INVALID_CONFIG`
 */
export function parseProcess(document: string | Uint8Array): Process {
  return parseDocument(document, processSchema(), {
    name: "process",
    code: "ERR_INVALID_CONFIG",
  });
}

/**
 * Parses the resources of a config.json on their own, as `update --resources` has them.
 * @throws {OciError} `ERR_INVALID_CONFIG`
 */
export function parseResources(document: string | Uint8Array): Resources {
  return parseDocument(document, resourcesSchema(), {
    name: "resources",
    code: "ERR_INVALID_CONFIG",
  });
}
