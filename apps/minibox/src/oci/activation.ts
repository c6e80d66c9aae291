import type { Config } from "@ns/oci";

/** What the program is told of sockets that systemd has opened: it is process 1, whatever its id outside. */
export function withActivation(config: Config, count: number): Config {
  if (count === 0 || config.process === undefined) return config;
  const told = [`LISTEN_FDS=${count}`, "LISTEN_PID=1"];
  const { process } = config;
  return {
    ...config,
    process: { ...process, env: [...(process.env ?? []), ...told] },
  };
}
