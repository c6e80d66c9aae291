import type { Config } from "./config.ts";
import { formatJson } from "./internal/json.ts";

/** The text of a config.json, indented with tabs; bigints are written as the numbers they are. */
export function formatConfig(config: Config): string {
  return `${formatJson(config)}\n`;
}
