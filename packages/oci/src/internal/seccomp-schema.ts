import {
  type Seccomp,
  SECCOMP_ACTIONS,
  SECCOMP_ARCHITECTURES,
  SECCOMP_FLAGS,
  SECCOMP_OPERATORS,
} from "../seccomp.ts";
import {
  list,
  members,
  oneOf,
  once,
  type Schema,
  schemaOf,
  text,
  texts,
  uint32,
  uint64,
  when,
} from "./words.ts";

const args = once(() =>
  list(
    members(
      { index: uint32, value: uint64, op: oneOf(SECCOMP_OPERATORS) },
      { valueTwo: uint64 },
    ),
  ),
);

export const seccompSchema: () => Schema<Seccomp> = schemaOf<Seccomp>()(() => {
  const action = oneOf(SECCOMP_ACTIONS);
  return members(
    { defaultAction: action },
    {
      defaultErrnoRet: uint32,
      architectures: list(oneOf(SECCOMP_ARCHITECTURES)),
      flags: list(oneOf(SECCOMP_FLAGS)),
      listenerPath: text,
      listenerMetadata: text,
      syscalls: list(
        members(
          { names: texts, action },
          { errnoRet: uint32, args: when(args) },
        ),
      ),
    },
  );
});
