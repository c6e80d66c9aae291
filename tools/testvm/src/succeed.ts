import { run, type RunOptions } from "@ns/testkit";

/**
 * Runs a program that has to succeed.
 * @returns what it printed.
 * @throws {Error} with what it printed when it fails.
 */
export async function succeed(
  file: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<string> {
  const env = { PATH: `${process.env["PATH"] ?? ""}:/usr/sbin:/sbin` };
  const { code, stdout, stderr } = await run(file, args, {
    timeoutMs: 300_000,
    ...options,
    env: { ...env, ...options.env },
  });
  if (code !== 0)
    throw new Error(
      `${[file, ...args].join(" ").slice(0, 200)} failed\n${stdout}${stderr}`.trimEnd(),
    );
  return stdout;
}
