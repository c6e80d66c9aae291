import { globSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { KernelSeries } from "./kernel.ts";
import { succeed } from "./succeed.ts";

const SUITES: Readonly<Record<KernelSeries, string>> = {
  "6.1": "bookworm",
  "6.12": "trixie",
};

/**
 * Downloads the newest kernel package of a series into `folder`, with this machine's apt and mirror, but with lists
 * and a state of its own: nothing of this machine's is read or changed, and no root is needed.
 * @returns the path of the package.
 */
export async function downloadKernel(
  series: KernelSeries,
  folder: string,
): Promise<string> {
  const suite = SUITES[series];
  const mirror = await debianMirror();
  for (const each of ["lists/partial", "archives/partial", "state"])
    mkdirSync(join(folder, each), { recursive: true });
  const options =
    "[arch=amd64 signed-by=/usr/share/keyrings/debian-archive-keyring.gpg]";
  writeFileSync(
    join(folder, "sources.list"),
    `deb ${options} ${mirror}/debian ${suite} main\ndeb ${options} ${mirror}/debian-security ${suite}-security main\n`,
  );
  writeFileSync(join(folder, "status"), "");
  const apt = [
    `Dir::Etc::SourceList=${folder}/sources.list`,
    "Dir::Etc::SourceParts=-",
    `Dir::State=${folder}/state`,
    `Dir::State::Lists=${folder}/lists`,
    `Dir::State::Status=${folder}/status`,
    `Dir::Cache=${folder}`,
    `Dir::Cache::Archives=${folder}/archives`,
    "APT::Sandbox::User=",
    "APT::Architecture=amd64",
    "APT::Architectures=amd64",
    "Acquire::Languages=none",
  ].flatMap((option) => ["-o", option]);
  await succeed("apt-get", [...apt, "update"], { cwd: folder });
  const depends = await succeed("apt-cache", [
    ...apt,
    "depends",
    "linux-image-amd64",
  ]);
  const name = /Depends: (linux-image-[0-9]\S*)/.exec(depends)?.[1];
  if (
    name === undefined ||
    !/^\d+\.\d+/.test(name.slice("linux-image-".length)) ||
    !isOfSeries(name, series)
  )
    throw new Error(
      `${suite} has no ${series} kernel: linux-image-amd64 is ${name ?? "nothing"}`,
    );
  console.error(`downloading ${name}`);
  await succeed("apt-get", [...apt, "download", name], { cwd: folder });
  const [deb] = globSync("linux-image-*.deb", { cwd: folder });
  if (deb === undefined)
    throw new Error(`apt-get download of ${name} left no file`);
  return join(folder, deb);
}

function isOfSeries(name: string, series: KernelSeries): boolean {
  return /^linux-image-(\d+\.\d+)/.exec(name)?.[1] === series;
}

/** Where this machine's packages come from, without the last part, `debian`. */
async function debianMirror(): Promise<string> {
  const given = process.env["TESTVM_DEBIAN_MIRROR"];
  if (given) return given;
  const sites = await succeed("apt-get", [
    "indextargets",
    "--format",
    "$(SITE)",
  ]);
  const site = sites
    .split("\n")
    .map((line) => /^(.*)\/debian(-security)?\/*$/.exec(line)?.[1])
    .find((each) => each !== undefined);
  if (site === undefined)
    throw new Error(
      "apt names no Debian mirror: set TESTVM_DEBIAN_MIRROR to what comes before /debian",
    );
  return site;
}
