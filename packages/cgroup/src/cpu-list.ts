const MAX_CPU = 65535;

/**
 * The numbers in a list of CPUs or memory nodes, `0-3,7`, in ascending order; see cpuset(7), "List format".
 * @throws {RangeError} for anything else; `name` is what the message calls it.
 */
export function parseCpuList(list: string, name = "list of CPUs"): number[] {
  const numbers = new Set<number>();
  if (list.trim() === "") return [];
  for (const part of list.trim().split(",")) {
    const groups = /^(?<first>\d+)(?:-(?<last>\d+))?$/.exec(
      part.trim(),
    )?.groups;
    const first = Number(groups?.["first"]);
    const last = Number(groups?.["last"] ?? groups?.["first"]);
    if (groups === undefined || last < first || last > MAX_CPU)
      throw new RangeError(
        `invalid ${name} ${JSON.stringify(list)}: expected numbers and ranges, such as '0-3,7'`,
      );
    for (let number = first; number <= last; number++) numbers.add(number);
  }
  return [...numbers].sort((a, b) => a - b);
}

/** The shortest list of these numbers: `0-3,7`. */
export function formatCpuList(numbers: Iterable<number>): string {
  const sorted = [...new Set(numbers)].sort((a, b) => a - b);
  const parts: string[] = [];
  for (let i = 0; i < sorted.length;) {
    let end = i;
    while (sorted[end + 1] === (sorted[end] ?? 0) + 1) end++;
    const [first, last] = [String(sorted[i]), String(sorted[end])];
    parts.push(end === i ? first : `${first}-${last}`);
    i = end + 1;
  }
  return parts.join(",");
}
