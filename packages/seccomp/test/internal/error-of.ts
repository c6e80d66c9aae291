import { SeccompError } from "../../src/index.ts";

/** This package's error that `act` throws; undefined if it throws nothing; any other error is thrown on. */
export function errorOf(act: () => unknown): SeccompError | undefined {
  try {
    act();
  } catch (error) {
    if (error instanceof SeccompError) return error;
    throw error;
  }
  return undefined;
}
