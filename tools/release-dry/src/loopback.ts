/**
 * Nothing is ever published from here but to this machine itself.
 * @throws {RangeError} unless the URL is that of a registry on a loopback address.
 */
export function requireLoopback(registry: string): void {
  const { protocol, hostname } = new URL(registry);
  if (protocol !== "http:" || !["127.0.0.1", "[::1]"].includes(hostname))
    throw new RangeError(
      `refusing the registry '${registry}': a rehearsal publishes to http://127.0.0.1 only`,
    );
}
