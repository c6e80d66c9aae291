import { MiniboxError } from "../../error.ts";

/** What a configuration asks for and this machine, or this program, does not do: an error that names it. */
export function unsupported(
  path: string,
  why: string,
  cause?: unknown,
): MiniboxError {
  return new MiniboxError("ERR_UNSUPPORTED", `cannot honour ${path}: ${why}`, {
    ...(cause !== undefined && { cause }),
  });
}
