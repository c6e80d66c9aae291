import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { requireLoopback } from "./loopback.ts";

/** A registry of our own, on loopback, which ends with us. */
export interface Registry extends AsyncDisposable {
  readonly url: string;
  /** Lines of an .npmrc for those who use it. */
  readonly npmrc: string;
}

export interface RegistryOptions {
  /** An empty folder for what it stores. */
  readonly folder: string;
  /** The registry that has all other packages. */
  readonly upstream: string;
  /** The names of our packages, which are not looked for there. */
  readonly ours: readonly string[];
}

/** Starts verdaccio on a free port. */
export async function startRegistry(
  verdaccio: string,
  { folder, upstream, ours }: RegistryOptions,
): Promise<Registry> {
  mkdirSync(folder);
  const url = `http://127.0.0.1:${await freePort()}/`;
  requireLoopback(url);
  const packages = {
    ...Object.fromEntries(
      ours.map((name) => [name, { access: "$all", publish: "$authenticated" }]),
    ),
    "**": { access: "$all", proxy: "upstream" },
  };
  // JSON is YAML
  const config = {
    storage: join(folder, "storage"),
    auth: { htpasswd: { file: join(folder, "htpasswd") } },
    uplinks: { upstream: { url: upstream, timeout: "60s" } },
    packages,
    web: { enable: false },
    log: { type: "stdout", format: "pretty", level: "warn" },
    max_body_size: "200mb",
  };
  const configFile = join(folder, "config.yaml");
  writeFileSync(configFile, JSON.stringify(config, null, 2));
  const logFile = join(folder, "log");
  const log = openSync(logFile, "w");
  const { host } = new URL(url);
  // it ends with us, however we end
  const child = spawn(
    "setpriv",
    [
      ...["--pdeathsig", "KILL", verdaccio],
      ...["--config", configFile, "--listen", host],
    ],
    { stdio: ["ignore", log, log], cwd: folder },
  );
  const stop = (): void => void child.kill("SIGKILL");
  process.once("exit", stop);
  const exited = once(child, "exit");
  try {
    const token = await logIn(url, () => child.exitCode !== null);
    return {
      url,
      npmrc: `registry=${url}\n@ns:registry=${url}\n//${host}/:_authToken=${token}\n`,
      [Symbol.asyncDispose]: async () => {
        process.off("exit", stop);
        stop();
        await exited;
      },
    };
  } catch (cause) {
    stop();
    throw new Error(
      `verdaccio did not start\n${readFileSync(logFile, "utf8")}`,
      { cause },
    );
  }
}

/** A port that nobody listens on. Until the registry does, somebody might. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

/** Waits until the registry answers, and makes a user. */
async function logIn(url: string, ended: () => boolean): Promise<string> {
  const user = { name: "rehearsal", password: "rehearsal" };
  const path = `-/user/org.couchdb.user:${user.name}`;
  for (let attempt = 0; ; attempt += 1) {
    try {
      const response = await fetch(new URL(path, url), {
        method: "PUT",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(user),
      });
      const { token } = (await response.json()) as { token?: string };
      if (token !== undefined) return token;
      throw new RangeError(`no token: ${response.status}`);
    } catch (error) {
      // it does not listen yet
      if (ended() || attempt > 300 || !(error instanceof TypeError))
        throw error;
      await sleep(100);
    }
  }
}
