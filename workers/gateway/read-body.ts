import { ScripError } from "../../lib/errors";
import type { BodyShare } from "./body-memory";
import type { Exchange } from "./exchange";

const tooLarge = (bytesMax: number): ScripError =>
  new ScripError("request_too_large", `The body is larger than ${bytesMax / (1024 * 1024)} MB.`);

/**
 * The body's bytes.
 *
 * Errors: `ScripError` request_too_large above `bytesMax`, as soon as that shows; unavailable where the memory for bodies is
 * used up; invalid_request where the caller breaks off.
 */
export function readBody({ request }: Exchange, bytesMax: number, share: BodyShare): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    // The caller may have left while it was looked up.
    if (request.destroyed && !request.complete) reject(new ScripError("invalid_request", "The request broke off."));
    const announced = Number(request.headers["content-length"] ?? 0);
    if (announced > bytesMax) {
      request.resume(); // what is on its way is thrown away, so that the caller reads the refusal
      reject(tooLarge(bytesMax));
      return;
    }
    const chunks: Buffer[] = [];
    let bytes = 0;
    let isRefused = false;
    const refuse = (refusal: unknown): void => {
      isRefused = true;
      chunks.length = 0;
      reject(refusal);
    };
    request.on("data", (chunk: Buffer) => {
      if (isRefused) return; // thrown away, so that the caller reads the refusal
      bytes += chunk.length;
      try {
        if (bytes > bytesMax) throw tooLarge(bytesMax);
        share.take(chunk.length);
        chunks.push(chunk);
      } catch (refusal) {
        refuse(refusal);
      }
    });
    request.once("end", () => resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)));
    request.once("error", (cause) => reject(new ScripError("invalid_request", "The request broke off.", { cause })));
    request.once("close", () => {
      if (!request.complete) reject(new ScripError("invalid_request", "The request broke off."));
    });
  });
}
