import { type Config, HOOK_NAMES } from "../config.ts";
import type { Check } from "../internal/report.ts";
import { describe } from "../problem.ts";
import { checkEnv } from "./environment.ts";

export const checkHooks: Check<Config> = ({ hooks = {} }, report) => {
  for (const name of HOOK_NAMES)
    for (const [i, hook] of (hooks[name] ?? []).entries()) {
      const at = `hooks.${name}[${i}]`;
      if (!hook.path.startsWith("/"))
        report.error(
          `${at}.path`,
          `expected an absolute path, found ${describe(hook.path)}`,
        );
      if (hook.timeout !== undefined && hook.timeout <= 0)
        report.error(
          `${at}.timeout`,
          `expected more than 0 seconds, found ${hook.timeout}`,
          "leave it out for no limit",
        );
      checkEnv(hook.env, report, `${at}.env`);
    }
};
