import { run, type RunOptions } from "@ns/testkit";

/**
 * Runs a program that has to succeed.
 * @returns what it printed on standard output.
 * @throws {Error} with all that it printed when it fails.
 */
export async function succeed(
  file: string,
  args: readonly string[],
  options: RunOptions,
): Promise<string> {
  const { code, stdout, stderr } = await run(file, args, {
    timeoutMs: 300_000,
    ...options,
  });
  if (code !== 0)
    throw new Error(
      `${[file, ...args].join(" ")} failed\n${stdout}${stderr}`.trimEnd(),
    );
  return stdout;
}
