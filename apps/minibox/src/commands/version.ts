import manifest from "../../package.json" with { type: "json" };

/** `minibox --version`. */
export function main(): number {
  process.stdout.write(`minibox version ${manifest.version}\n`);
  return 0;
}
