import { type DeviceRequest } from "../../src/index.ts";

const ACCESS = { m: 1, r: 2, w: 4 } as const;

/**
 * Runs a device filter's bytes on a request, as the kernel's interpreter does with the few instructions that there are;
 * anything else is an error, as is a jump out of the program.
 */
export function runDeviceFilter(bytes: Buffer, request: DeviceRequest): number {
  const access = (["m", "r", "w"] as const)
    .filter((letter) => request.access.includes(letter))
    .reduce((bits, letter) => bits | ACCESS[letter], 0);
  const context = Buffer.alloc(12);
  context.writeUInt32LE((access << 16) | (request.type === "b" ? 1 : 2), 0);
  context.writeUInt32LE(request.major, 4);
  context.writeUInt32LE(request.minor, 8);
  const registers = new Uint32Array(10);
  for (let at = 0, steps = 0; steps <= bytes.length; steps++) {
    const opcode = bytes.readUInt8(at);
    const dst = bytes.readUInt8(at + 1) & 0xf;
    const src = bytes.readUInt8(at + 1) >> 4;
    const offset = bytes.readInt16LE(at + 2);
    const value = bytes.readUInt32LE(at + 4);
    const held = registers[dst] ?? 0;
    at += 8;
    switch (opcode) {
      case 0x61:
        if (src !== 1) throw new Error("a load from what is not the context");
        registers[dst] = context.readUInt32LE(offset);
        break;
      case 0xb4:
        registers[dst] = value;
        break;
      case 0xbc:
        registers[dst] = registers[src] ?? 0;
        break;
      case 0x54:
        registers[dst] = held & value;
        break;
      case 0x74:
        registers[dst] = held >>> value;
        break;
      case 0x16:
        if (held === value) at += offset * 8;
        break;
      case 0x56:
        if (held !== value) at += offset * 8;
        break;
      case 0x95:
        return registers[0] ?? 0;
      default:
        throw new Error(`opcode 0x${opcode.toString(16)}`);
    }
  }
  throw new Error("no end");
}
