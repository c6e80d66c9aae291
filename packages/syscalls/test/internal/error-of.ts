/** The error that `act` throws. */
export function errorOf(
  act: () => unknown,
): NodeJS.ErrnoException & Record<string, unknown> {
  try {
    act();
  } catch (error) {
    return error as NodeJS.ErrnoException & Record<string, unknown>;
  }
  throw new Error("expected an error");
}
