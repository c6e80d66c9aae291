import { readFileSync, writeFileSync } from "node:fs";

const FILE = "/proc/self/oom_score_adj";

/**
 * Does something with another score of ours, which a process that is made meanwhile inherits: from inside a container, its
 * /proc is no place to write to.
 * @throws {Error} `EACCES` for a lower score, without CAP_SYS_RESOURCE.
 */
export async function withOomScore<T>(
  score: number | undefined,
  make: () => Promise<T>,
): Promise<T> {
  const before = score === undefined ? "" : readFileSync(FILE, "utf8").trim();
  if (score === undefined || before === String(score)) return make();
  writeFileSync(FILE, String(score));
  try {
    return await make();
  } finally {
    writeFileSync(FILE, before);
  }
}
