import { OciError } from "../../src/index.ts";

/** The error that this throws; anything else that it throws, goes on. */
export function errorOf(action: () => unknown): OciError | undefined {
  try {
    action();
    return undefined;
  } catch (error) {
    if (error instanceof OciError) return error;
    throw error;
  }
}

/** The paths of what is wrong. */
export function pathsOf(action: () => unknown): string[] {
  return errorOf(action)?.problems.map(({ path }) => path) ?? [];
}
