import { styleText } from "node:util";
import { checkCgroups } from "../doctor/cgroups.ts";
import type { Check, Finding } from "../doctor/check.ts";
import { checkKernel, checkLandlock, checkSeccomp } from "../doctor/kernel.ts";
import {
  checkAppArmor,
  checkOverlay,
  checkSubordinateIds,
  checkUserNamespaces,
} from "../doctor/user-namespaces.ts";
import { print } from "../print.ts";

const CHECKS: readonly Check[] = [
  checkKernel,
  checkUserNamespaces,
  checkAppArmor,
  checkSubordinateIds,
  checkOverlay,
  checkCgroups,
  checkSeccomp,
  checkLandlock,
];

const MARKS = {
  ok: styleText("green", "ok     "),
  limited: styleText("yellow", "limited"),
  missing: styleText("red", "missing"),
};

/** `minibox doctor`: exits with 1 if something is missing that `minibox run` needs. */
export async function main(args: string[]): Promise<number> {
  if (args.length > 0) {
    print(
      "Usage: minibox doctor\n\nTells what this machine can do, and how to mend what it cannot. Exits with 1 if `minibox run` cannot work.\n",
    );
    return args.every((arg) => arg === "--help" || arg === "-h") ? 0 : 125;
  }
  let status = 0;
  for (const check of CHECKS) {
    const finding = await check();
    print(format(finding));
    if (finding.state === "missing") status = 1;
  }
  return status;
}

function format({ state, what, detail, mend }: Finding): string {
  const head = `${MARKS[state]}  ${what}: ${detail}\n`;
  return mend === undefined ? head : `${head}         to mend: ${mend}\n`;
}
