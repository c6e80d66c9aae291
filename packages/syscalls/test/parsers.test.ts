import { constants } from "node:os";
import fc from "fast-check";
import { expect, test } from "vitest";
import * as ns from "../src/index.ts";

/*
 * What the kernel leaves in a buffer is written here field by field, at the places that its headers give, and has
 * to be read back.
 */

const u16: fc.Arbitrary<number> = fc.nat({ max: 0xffff });
const u32: fc.Arbitrary<number> = fc.nat({ max: 0xffffffff });
const i32: fc.Arbitrary<number> = fc.integer();
const u64: fc.Arbitrary<bigint> = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
const count: fc.Arbitrary<number> = fc.nat({ max: Number.MAX_SAFE_INTEGER });
const text: fc.Arbitrary<string> = fc
  .string({ unit: "grapheme", maxLength: 12 })
  .filter((value) => !value.includes("\0"));

/** A buffer and its view, of `size` bytes that are not zeros. */
function filled(size: number): [Buffer, DataView] {
  const bytes = Buffer.alloc(size, 0xa5);
  return [bytes, new DataView(bytes.buffer, bytes.byteOffset, size)];
}

test("limits, RLIM_INFINITY too", () => {
  fc.assert(
    fc.property(u64, u64, (soft, hard) => {
      const [bytes, view] = filled(16);
      view.setBigUint64(0, soft, true);
      view.setBigUint64(8, hard, true);
      expect(ns.parseRlimit(bytes)).toEqual({ soft, hard });
    }),
  );
});

test("the size of a terminal", () => {
  fc.assert(
    fc.property(u16, u16, (rows, cols) => {
      const [bytes, view] = filled(8);
      view.setUint16(0, rows, true);
      view.setUint16(2, cols, true);
      expect(ns.parseWindowSize(bytes)).toEqual({ cols, rows });
    }),
  );
});

test("names of the machine, up to the longest", () => {
  const name = text.filter((value) => Buffer.byteLength(value) < 65);
  fc.assert(
    fc.property(fc.array(name, { minLength: 6, maxLength: 6 }), (names) => {
      const [bytes] = filled(6 * 65);
      for (const [i, each] of names.entries()) bytes.write(`${each}\0`, i * 65);
      expect(Object.values(ns.parseUtsname(bytes))).toEqual(names);
    }),
  );
  const [bytes] = filled(6 * 65);
  bytes.fill("a");
  expect(ns.parseUtsname(bytes).nodename).toBe("a".repeat(65));
});

/** As Node has it. */
function signalName(number: number): string | undefined {
  return Object.entries(constants.signals).find(
    ([, its]) => its === number,
  )?.[0];
}

test("how a child ended: by itself, or by which signal", () => {
  const { EXITED, KILLED, DUMPED, STOPPED } = ns.ChildCodes;
  const code = fc.constantFrom(EXITED, KILLED, DUMPED, STOPPED);
  const status = fc.integer({ min: 1, max: 31 });
  fc.assert(
    fc.property(fc.nat(), u32, code, status, (pid, uid, how, what) => {
      const [bytes, view] = filled(128);
      for (const [at, value] of [
        [8, how],
        [16, pid],
        [20, uid],
        [24, what],
      ] as const)
        view.setInt32(at, value, true);
      const siginfo = ns.parseSiginfo(bytes);
      expect(siginfo).toMatchObject({ pid, uid, code: how, status: what });
      const exited = how === EXITED;
      expect(siginfo.exitCode).toBe(pid !== 0 && exited ? what : null);
      const bySignal = pid !== 0 && !exited;
      expect(siginfo.signal).toBe(bySignal ? signalName(what) : null);
    }),
  );
});

test("what a child has used", () => {
  const seconds = fc.nat({ max: 2 ** 30 });
  const micros = fc.nat({ max: 999_999 });
  const times = fc.tuple(seconds, micros, seconds, micros);
  const counts = fc.array(count, { minLength: 14, maxLength: 14 });
  fc.assert(
    fc.property(times, counts, (time, rest) => {
      const [bytes, view] = filled(144);
      for (const [i, value] of [...time, ...rest].entries())
        view.setBigInt64(i * 8, BigInt(value), true);
      const [userSeconds, userMicros, systemSeconds, systemMicros] = time;
      expect(ns.parseRusage(bytes)).toEqual({
        userTimeUs: userSeconds * 1e6 + userMicros,
        systemTimeUs: systemSeconds * 1e6 + systemMicros,
        maxRssKib: rest[0],
        minorFaults: rest[4],
        majorFaults: rest[5],
        inBlocks: rest[7],
        outBlocks: rest[8],
        voluntarySwitches: rest[12],
        involuntarySwitches: rest[13],
      });
    }),
  );
});

/** Where include/uapi/linux/mount.h has the offsets of strings, and their bits in the mask. */
const STRINGS = [
  ["options", 4, ns.StatmountMask.MNT_OPTS],
  ["fsType", 36, ns.StatmountMask.FS_TYPE],
  ["root", 104, ns.StatmountMask.MNT_ROOT],
  ["mountPoint", 108, ns.StatmountMask.MNT_POINT],
  ["fsSubtype", 120, ns.StatmountMask.FS_SUBTYPE],
  ["source", 124, ns.StatmountMask.SB_SOURCE],
] as const;

test("of a mount what the kernel says that it answered, and nothing else", () => {
  const strings = fc.array(fc.option(text), { minLength: 6, maxLength: 6 });
  fc.assert(
    fc.property(strings, u64, u64, fc.boolean(), (texts, id, parent, basic) => {
      const [bytes, view] = filled(512 + 6 * 200);
      const expected: Record<string, unknown> = {};
      const { MNT_BASIC, SB_BASIC } = ns.StatmountMask;
      let mask = basic ? MNT_BASIC | SB_BASIC : 0;
      let at = 0;
      for (const [i, [key, field, bit]] of STRINGS.entries()) {
        const value = texts[i];
        if (value === null || value === undefined) continue;
        mask |= bit;
        expected[key] = value;
        view.setUint32(field, at, true);
        at += bytes.write(`${value}\0`, 512 + at);
      }
      view.setBigUint64(8, BigInt(mask), true);
      view.setUint32(16, 8, true);
      view.setUint32(20, 1, true);
      view.setBigUint64(24, 0xef53n, true);
      view.setUint32(32, 1, true);
      view.setBigUint64(40, id, true);
      view.setBigUint64(48, parent, true);
      const { mask: answered, ...said } = ns.parseStatmount(bytes);
      expect(answered).toBe(mask);
      expect(said.mountId).toBe(basic ? id : undefined);
      expect(said.parentId).toBe(basic ? parent : undefined);
      for (const [key] of STRINGS) expect(said[key]).toBe(expected[key]);
      const superblock = { major: 8, minor: 1, magic: 0xef53, flags: 1 };
      expect(said.superblock).toEqual(basic ? superblock : undefined);
    }),
  );
});

test("any bytes are read as a mount, strings that lie outside as empty", () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 512, maxLength: 600 }), (bytes) => {
      const { root = "" } = ns.parseStatmount(bytes);
      expect(Buffer.byteLength(root, "latin1")).toBeLessThanOrEqual(88);
    }),
  );
});

/** A control message of `length` bytes behind its header, as cmsg(3) lays it out. */
function controlMessage(level: number, type: number, data: Buffer): Buffer {
  const [bytes, view] = filled(Math.ceil((16 + data.length) / 8) * 8);
  view.setBigUint64(0, BigInt(16 + data.length), true);
  view.setInt32(8, level, true);
  view.setInt32(12, type, true);
  data.copy(bytes, 16);
  return bytes;
}

test("descriptors out of all control messages that have some, between others", () => {
  const fds = fc.array(fc.nat(), { maxLength: 5 });
  const other = fc.uint8Array({ maxLength: 20 });
  const messages = fc.array(fc.oneof(fds, other), { maxLength: 4 });
  fc.assert(
    fc.property(messages, fc.nat({ max: 64 }), (parts, received) => {
      const control = Buffer.concat(
        parts.map((part) =>
          part instanceof Uint8Array
            ? controlMessage(ns.SocketLevel.SOCKET, 2, Buffer.from(part))
            : controlMessage(
                ns.SocketLevel.SOCKET,
                ns.ScmTypes.RIGHTS,
                Buffer.from(new Int32Array(part).buffer),
              ),
        ),
      );
      const [header, view] = filled(56);
      view.setBigUint64(40, BigInt(control.length), true);
      view.setUint32(48, ns.MsgFlags.CTRUNC, true);
      const data = new Uint8Array(64);
      const message = ns.parseMessage({ data, control, header }, received);
      expect(message).toEqual({
        data: data.subarray(0, received),
        fds: parts.filter((part) => !(part instanceof Uint8Array)).flat(),
        dataTruncated: false,
        fdsTruncated: true,
      });
    }),
  );
});

test("any bytes come to an end as control messages", () => {
  const bytes = fc.uint8Array({ maxLength: 80 });
  fc.assert(
    fc.property(bytes, u64, i32, (control, length, flags) => {
      const [header, view] = filled(56);
      view.setBigUint64(40, length, true);
      view.setInt32(48, flags, true);
      const data = new Uint8Array(0);
      const { fds } = ns.parseMessage({ data, control, header }, 0);
      expect(fds.length).toBeLessThanOrEqual(control.length / 4);
    }),
  );
});
