import { timingSafeEqual } from "node:crypto";

/** Whether two texts of headers are the same, in a time that tells nothing of where they differ. */
export const isSameSecret = (given: string, secret: string): boolean =>
  given.length === secret.length && timingSafeEqual(Buffer.from(given, "latin1"), Buffer.from(secret, "latin1"));
