/** The highest CPU or memory node that a list may name: CONFIG_NR_CPUS is 8192 at most, MAX_NUMNODES less. */
const MAX = 8191;

/** Whether a text lists CPUs or memory nodes as the kernel has it, `0-3,7`; see cpuset(7). */
export function isNumberList(list: string): boolean {
  return list.split(",").every((part) => {
    const range = /^ *(\d{1,5})(?:-(\d{1,5}))? *$/.exec(part);
    if (range === null) return false;
    const first = Number(range[1]);
    const last = Number(range[2] ?? range[1]);
    return first <= last && last <= MAX;
  });
}
