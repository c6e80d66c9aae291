import { Signals } from "@ns/syscalls";

/**
 * The number of a signal.
 * @throws {TypeError} `ERR_UNKNOWN_SIGNAL`, as Node's kill does.
 */
export function signalNumber(signal: NodeJS.Signals | number): number {
  if (
    typeof signal === "number" &&
    Number.isInteger(signal) &&
    signal >= 0 &&
    signal <= 64
  )
    return signal;
  const known =
    typeof signal === "string"
      ? (Signals as Readonly<Record<string, number>>)[signal]
      : undefined;
  if (known === undefined) {
    throw Object.assign(
      new TypeError(
        `unknown signal '${signal}': expected a name as SIGTERM, or 0 to 64`,
      ),
      {
        code: "ERR_UNKNOWN_SIGNAL",
      },
    );
  }
  return known;
}
