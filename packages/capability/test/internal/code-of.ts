import { CapabilityError } from "../../src/index.ts";

/** The code of this package's error that `act` throws; undefined if it throws nothing; any other error is thrown on. */
export function codeOf(act: () => unknown): string | undefined {
  try {
    act();
  } catch (error) {
    if (error instanceof CapabilityError) return error.code;
    throw error;
  }
  return undefined;
}
