/** Where to reach a manager: on a message bus, or on its own socket. */
export interface BusAddress {
  readonly busAddress: string;
  /** A manager's own socket has no bus between. */
  readonly direct: boolean;
}

/**
 * Where systemd may be reached, in the order to try: the bus, then the manager's own socket, which needs no bus daemon
 * and takes root, or the user whose manager it is, only. Pure.
 */
export function busAddresses(
  user: boolean,
  env: Readonly<Record<string, string | undefined>>,
): BusAddress[] {
  const at = (path: string, direct: boolean): BusAddress => ({
    busAddress: `unix:path=${path}`,
    direct,
  });
  if (!user) {
    const system = env["DBUS_SYSTEM_BUS_ADDRESS"];
    return [
      system === undefined
        ? at("/run/dbus/system_bus_socket", false)
        : { busAddress: system, direct: false },
      at("/run/systemd/private", true),
    ];
  }
  const session = env["DBUS_SESSION_BUS_ADDRESS"];
  const runtime = env["XDG_RUNTIME_DIR"];
  return [
    ...(session === undefined ? [] : [{ busAddress: session, direct: false }]),
    ...(runtime === undefined
      ? []
      : [at(`${runtime}/bus`, false), at(`${runtime}/systemd/private`, true)]),
  ];
}
