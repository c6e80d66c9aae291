import {
  Capabilities,
  errnoNumber,
  getegid,
  geteuid,
  getgroups,
  prctl,
  PrctlOptions,
  register,
  step,
  type Step,
} from "@ns/syscalls";
import { getCapabilities, maskOf } from "./capabilities.ts";
import { ANSWER, askFilter } from "./filter-answer.ts";
import type { CapabilitySets, Credential } from "./options.ts";
import type { Program } from "./program.ts";
import type { Request } from "./request.ts";

/**
 * Asks the kernel whether privileges have been given up, and ends the process if they have not: a filter or tracer around us
 * may let a call succeed that has done nothing (`SECCOMP_RET_ERRNO` with 0, as fakeroot-like tools do).
 */
export function readBackPrivileges(program: Program, request: Request): void {
  const { credential, capabilities } = request.options;
  if (credential !== undefined) readBackCredential(program, credential);
  if (capabilities !== undefined)
    readBackCapabilities(program, capabilities, request.lastCapability);
}

function readBackCredential(
  program: Program,
  { uid, gid, groups = [] }: Credential,
): void {
  expectResult(program, step(geteuid(), { why: "are we the user?" }), uid);
  expectResult(program, step(getegid(), { why: "and the group?" }), gid);
  if (groups === null) return;
  const count = step(getgroups(null), { why: "and in no other groups?" });
  // the kernel keeps each as often as it was given
  expectResult(program, count, groups.length);
}

function readBackCapabilities(
  program: Program,
  { effective = [], permitted = [], inheritable = [] }: CapabilitySets,
  last: number,
): void {
  const why = "are these all our capabilities?";
  const { data, call } = getCapabilities(program, why);
  // the kernel passes over those that it does not have
  const masks = [effective, permitted, inheritable].map((set) =>
    maskOf(set.filter((capability) => capability <= last)),
  );
  const word = register("capabilities");
  const wrong = program.label();
  const right = program.label();
  // the low halves of the three, then the high ones
  const halves = [0n, 32n].flatMap((shift) =>
    masks.map((mask) => Number(BigInt.asIntN(32, mask >> shift))),
  );
  for (const [i, half] of halves.entries()) {
    program.load(word, { ...data, at: data.at + i * 4 }, 4);
    program.jumpIf(word, "not-equal", half, wrong);
  }
  program.jump(right);
  program.place(wrong);
  failReadBack(program, call);
  program.place(right);
}

/**
 * The same of the bounding set, of which each capability is a call: of those that were dropped it asks for the one that is worth
 * most, and for the last.
 */
export function readBackBoundingSet(
  program: Program,
  kept: readonly number[],
  last: number,
): void {
  let latest = last;
  while (kept.includes(latest)) latest--;
  for (const capability of new Set([Capabilities.SYS_ADMIN, latest])) {
    if (capability < 0 || kept.includes(capability)) continue;
    const get = prctl(PrctlOptions.CAPBSET_READ, capability);
    expectResult(program, step(get, { why: "is it gone?" }), 0);
  }
}

/** The same of no_new_privs. */
export function readBackNoNewPrivileges(program: Program): void {
  const get = prctl(PrctlOptions.GET_NO_NEW_PRIVS, 0, 0, 0, 0);
  expectResult(program, step(get, { why: "is that so?" }), 1);
}

/** The same of a filter that has an answer. */
export function readBackFilter(program: Program): void {
  expectResult(
    program,
    step(askFilter(), { ignore: [ANSWER] }),
    -errnoNumber(ANSWER),
  );
}

function expectResult(program: Program, call: Step, expected: number): void {
  const result = register(call.name);
  program.call(step(call, { ...call, into: result }));
  const right = program.label();
  program.jumpIf(result, "equal", expected, right);
  failReadBack(program, call);
  program.place(right);
}

/** Ends with EPERM, said of what told the truth. */
function failReadBack(program: Program, call: Step): void {
  const error = register("error");
  program.set(error, errnoNumber("EPERM"));
  program.fail(
    error,
    step(call, { why: "a privilege that was given up is still there" }),
  );
}
