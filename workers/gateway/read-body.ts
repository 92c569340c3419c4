import { ScripError } from "../../lib/errors";
import type { Exchange } from "./exchange";

const tooLarge = (bytesMax: number): ScripError =>
  new ScripError("request_too_large", `The body is larger than ${bytesMax / (1024 * 1024)} MB.`);

/**
 * The body's bytes.
 *
 * Errors: `ScripError` request_too_large above `bytesMax`, as soon as that shows; invalid_request where the caller breaks
 * off.
 */
export function readBody({ request }: Exchange, bytesMax: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const announced = Number(request.headers["content-length"] ?? 0);
    if (announced > bytesMax) {
      request.resume(); // what is on its way is thrown away, so that the caller reads the refusal
      reject(tooLarge(bytesMax));
      return;
    }
    const chunks: Buffer[] = [];
    let bytes = 0;
    request.on("data", (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= bytesMax) chunks.push(chunk);
      else {
        chunks.length = 0;
        reject(tooLarge(bytesMax));
      }
    });
    request.once("end", () => resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)));
    request.once("error", (cause) => reject(new ScripError("invalid_request", "The request broke off.", { cause })));
    request.once("close", () => {
      if (!request.complete) reject(new ScripError("invalid_request", "The request broke off."));
    });
  });
}
