import { type Instruction, Opcodes, type OpcodeName } from "../instruction.ts";

/** A line of a program: an instruction whose jumps go to labels, or to the next line, or a label. */
export type Line =
  | { readonly label: string }
  | {
      readonly op: OpcodeName;
      readonly k?: number;
      readonly to?: string;
      readonly otherwise?: string;
    };

/** Turns labels into distances. A label after the last line is where the program goes on. */
export function assemble(lines: readonly Line[]): Instruction[] {
  const labels = new Map<string, number>();
  let length = 0;
  for (const line of lines) {
    if ("label" in line) labels.set(line.label, length);
    else length++;
  }
  const instructions: Instruction[] = [];
  for (const line of lines) {
    if ("label" in line) continue;
    const here = instructions.length;
    const distance = (label: string | undefined): number =>
      label === undefined ? 0 : target(labels, label) - here - 1;
    const jump = distance(line.to);
    const code = Opcodes[line.op];
    instructions.push(
      line.op === "JA"
        ? { code, jt: 0, jf: 0, k: jump }
        : {
            code,
            jt: byte(jump),
            jf: byte(distance(line.otherwise)),
            k: line.k ?? 0,
          },
    );
  }
  return instructions;
}

function target(labels: ReadonlyMap<string, number>, label: string): number {
  const at = labels.get(label);
  if (at === undefined) throw new TypeError(`no label '${label}'`);
  return at;
}

function byte(distance: number): number {
  if (distance < 0 || distance > 255)
    throw new RangeError(
      `a jump of ${distance} instructions: expected 0 to 255`,
    );
  return distance;
}
