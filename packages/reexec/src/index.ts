export { register } from "./register.ts";
export type { Init } from "./register.ts";
export { dispatch } from "./dispatch.ts";
export { command, self } from "./command.ts";
export type { Command, CommandOptions } from "./command.ts";
export { ReexecError } from "./error.ts";
export type { ReexecErrorCode } from "./error.ts";
