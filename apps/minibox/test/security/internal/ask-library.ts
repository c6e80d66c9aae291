import { join } from "node:path";
import { checkoutFor, run } from "@ns/testkit";

/** The words that start Node with library.ts. */
export const library = (...args: readonly string[]): string[] => [
  join(checkoutFor(0), "node_modules/.bin/node"),
  join(checkoutFor(0), "apps/minibox/test/security/internal/library.ts"),
  ...args,
];

/** What library.ts printed. */
export async function ask(
  words: readonly string[],
  timeoutMs = 60_000,
): Promise<unknown> {
  const [file = "", ...args] = words;
  const env = { NODE_OPTIONS: undefined };
  const { code, stdout, stderr } = await run(file, args, { env, timeoutMs });
  if (code !== 0)
    throw new Error(`${words.join(" ")} ended with ${code}: ${stderr}`);
  return JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as unknown;
}
