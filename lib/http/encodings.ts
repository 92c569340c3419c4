import type { Transform } from "node:stream";
import {
  brotliDecompressSync,
  constants,
  createBrotliDecompress,
  createGunzip,
  createInflate,
  createInflateRaw,
  gunzipSync,
  inflateRawSync,
  inflateSync,
} from "node:zlib";

/** Encodings that some suppliers send although none was asked for. */
type Encoding = "gzip" | "br" | "deflate";

const NAMES: Readonly<Record<string, Encoding>> = { gzip: "gzip", "x-gzip": "gzip", br: "br", deflate: "deflate" };

/** The encoding of an answer; null where it has none, or one that can't be read. */
export function encodingOf(header: string | string[] | undefined): Encoding | null {
  const name = String(header ?? "")
    .trim()
    .toLowerCase();
  return Object.hasOwn(NAMES, name) ? (NAMES[name] ?? null) : null;
}

/** `deflate` means zlib's format to the standard, and bare deflate to some servers. */
const isZlib = (first: Buffer): boolean => ((first[0] ?? 0) & 0x0f) === 8;

// An answer that breaks off gives what came of it.
const ZLIB = { finishFlush: constants.Z_SYNC_FLUSH };
const BROTLI = { finishFlush: constants.BROTLI_OPERATION_FLUSH };

/** A stream that decodes an answer as it comes; `first` are its first bytes. */
export function createDecoder(encoding: Encoding, first: Buffer): Transform {
  switch (encoding) {
    case "gzip":
      return createGunzip(ZLIB);
    case "br":
      return createBrotliDecompress(BROTLI);
    case "deflate":
      return isZlib(first) ? createInflate(ZLIB) : createInflateRaw(ZLIB);
  }
}

/** The bytes of a small answer, decoded. Errors: those of zlib; more than `bytesMax` is one. */
export function decode(encoding: Encoding | null, bytes: Buffer, bytesMax: number): Buffer {
  const bound = { maxOutputLength: bytesMax };
  switch (encoding) {
    case null:
      return bytes;
    case "gzip":
      return gunzipSync(bytes, { ...ZLIB, ...bound });
    case "br":
      return brotliDecompressSync(bytes, { ...BROTLI, ...bound });
    case "deflate":
      return isZlib(bytes) ? inflateSync(bytes, { ...ZLIB, ...bound }) : inflateRawSync(bytes, { ...ZLIB, ...bound });
  }
}
