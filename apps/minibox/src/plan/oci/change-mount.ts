import { type ParsedRequest, planSetAttributes } from "@ns/mount";
import { mount, step, type Step } from "@ns/syscalls";

/** Changes a mount that is there: one that came before in the configuration. */
export function changeThere(
  { operation, changes, propagation }: ParsedRequest,
  destination: string,
  why: string,
): Step[] {
  const again = (flags: number, data: string | null): Step =>
    mount(null, destination, null, flags, data);
  return explained(
    [
      ...(operation.kind === "remount"
        ? [again(operation.flags, operation.data || null)]
        : []),
      ...changes.map((change) => planSetAttributes(destination, change)),
      ...propagation.map((type) => again(type, null)),
    ],
    why,
  );
}

/** Steps that say what they are for, each. */
export function explained(steps: readonly Step[], why: string): Step[] {
  return steps.map((each) => step(each, { ...each, why: each.why ?? why }));
}
