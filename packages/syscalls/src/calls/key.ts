import { KeyctlOperations, KeySpecs } from "../constants/keyctl.ts";
import { checkInteger, hex, int, oneOf, type Param } from "../param.ts";
import { type AnyArg, anyArg, byteLength, cstring, input } from "../pointer.ts";
import { define, type Syscall } from "../syscall.ts";

const SPECS = Object.entries(KeySpecs);

/** A key's serial number, or one of the fixed keyrings. */
const KEYRING: Param<number> = {
  name: "keyring",
  encode: (value) => checkInteger("keyring", value),
  format: (value) => {
    const fixed = SPECS.find(([, each]) => each === value);
    return fixed === undefined ? value.toString() : `KEY_SPEC_${fixed[0]}`;
  },
};

const OPERATION = oneOf("operation", {
  prefix: "KEYCTL_",
  values: KeyctlOperations,
});
const KEYCTL = { x64: 250, arm64: 219 };

const plain = define("keyctl", KEYCTL, () => [
  OPERATION,
  anyArg("arg2"),
  anyArg("arg3"),
  anyArg("arg4"),
  anyArg("arg5"),
]);
const joinSession = define("keyctl", KEYCTL, () => [
  OPERATION,
  cstring("name"),
]);
const keyringId = define("keyctl", KEYCTL, () => [
  OPERATION,
  KEYRING,
  int("create"),
]);
const setPermissions = define("keyctl", KEYCTL, () => [
  OPERATION,
  KEYRING,
  hex("perm"),
]);

/** Acts on keys and keyrings; the result and the arguments depend on `operation`; see keyctl(2). */
export function keyctl(
  operation: number,
  arg2: AnyArg = 0,
  arg3: AnyArg = 0,
  arg4: AnyArg = 0,
  arg5: AnyArg = 0,
): Syscall {
  return plain(operation, arg2, arg3, arg4, arg5);
}

/**
 * Joins the session keyring `name`, or a new one without a name, so that a container does not see the keys of
 * the session that started it; the result is its serial number; see KEYCTL_JOIN_SESSION_KEYRING(2const).
 */
export function joinSessionKeyring(name: string | null = null): Syscall {
  return joinSession(KeyctlOperations.JOIN_SESSION_KEYRING, name);
}

/** The result is the serial number of a fixed keyring, which is made if it is not there; see KEYCTL_GET_KEYRING_ID(2const). */
export function getKeyringId(keyring: number, create = true): Syscall {
  return keyringId(KeyctlOperations.GET_KEYRING_ID, keyring, create ? 1 : 0);
}

/** Sets who may do what with a key; see KEYCTL_SETPERM(2const). */
export function setKeyPermissions(key: number, permissions: number): Syscall {
  return setPermissions(KeyctlOperations.SETPERM, key, permissions);
}

const sysAddKey = define("add_key", { x64: 248, arm64: 217 }, () => [
  cstring("type"),
  cstring("description"),
  input("payload"),
  int("plen"),
  KEYRING,
]);

/** Adds a key to a keyring, or updates it; the result is its serial number; see add_key(2). */
export function addKey(
  type: string,
  description: string,
  payload: Uint8Array | string,
  keyring: number,
): Syscall {
  return sysAddKey(type, description, payload, byteLength(payload), keyring);
}
