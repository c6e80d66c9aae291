import { Personality, PERSONALITY_QUERY } from "../constants/personality.ts";
import { checkInteger, formatFlags, oneOf, type Param } from "../param.ts";
import { define, type Syscall } from "../syscall.ts";

const sysPersonality = define("personality", { x64: 135, arm64: 92 }, () => [
  persona("persona"),
]);

/** Sets the execution domain; the result is the one before; see personality(2). `PERSONALITY_QUERY` only asks. */
export function personality(domainAndFlags: number): Syscall {
  return sysPersonality(domainAndFlags);
}

/** A domain in the low byte, flags above it. */
function persona(name: string): Param<number> {
  const { LINUX, LINUX32, ...bits } = Personality;
  const domain = oneOf(name, { prefix: "PER_", values: { LINUX, LINUX32 } });
  return {
    name,
    encode: (value) => checkInteger(name, value) >>> 0,
    format: (value) => {
      if (value >>> 0 === PERSONALITY_QUERY) return "0xffffffff";
      const rest = formatFlags(value & ~0xff, { prefix: "", values: bits });
      return rest === "0"
        ? domain.format(value & 0xff)
        : `${domain.format(value & 0xff)}|${rest}`;
    },
  };
}
