import { execFileSync } from "node:child_process";
import { zstdDecompressSync } from "node:zlib";

/**
 * Takes the ELF kernel out of a bzImage. Started as it is (PVH), it need not unpack itself, which takes an
 * emulated machine seconds.
 */
export function extractImage(bzImage: Buffer): Buffer {
  const payload = payloadOf(bzImage);
  const image = decompress(payload);
  if (image.subarray(1, 4).toString("latin1") !== "ELF")
    throw new Error("the kernel in the bzImage is not an ELF file");
  return image;
}

/** The compressed kernel in a bzImage, by its header; see the kernel's Documentation/arch/x86/boot.rst. */
export function payloadOf(bzImage: Buffer): Buffer {
  if (bzImage.subarray(0x202, 0x206).toString("latin1") !== "HdrS")
    throw new Error("not a bzImage: its header is missing");
  const setupSectors = bzImage.readUInt8(0x1f1) || 4;
  const start = (setupSectors + 1) * 512 + bzImage.readUInt32LE(0x248);
  // the last four bytes are the size of what it expands to
  return bzImage.subarray(start, start + bzImage.readUInt32LE(0x24c) - 4);
}

function decompress(payload: Buffer): Buffer {
  if (payload.readUInt32BE(0) === 0x28b52ffd)
    return zstdDecompressSync(payload);
  return execFileSync("xz", ["--decompress", "--stdout"], {
    input: payload,
    maxBuffer: 2 ** 29,
  });
}
