import { CgroupError } from "../../src/index.ts";

/** The code of the {@link CgroupError} that `act` throws, or the name of another error; undefined if it throws nothing. */
export function codeOf(act: () => unknown): string | undefined {
  try {
    act();
  } catch (error) {
    if (error instanceof CgroupError) return error.code;
    if (error instanceof Error) return error.name;
    throw error;
  }
  return undefined;
}

/** The {@link CgroupError} that a promise is rejected with. */
export async function errorOf(promise: Promise<unknown>): Promise<CgroupError> {
  const outcome = await promise.then(
    (value) => new Error(`expected an error, got ${JSON.stringify(value)}`),
    (error: unknown) => error,
  );
  if (outcome instanceof CgroupError) return outcome;
  throw outcome;
}
