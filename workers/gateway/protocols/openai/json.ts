import { ScripError } from "../../../../lib/errors";

export type Json = Record<string, unknown>;
export const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);
export const isAbsent = (value: unknown): value is null | undefined => value === undefined || value === null;

/** Of names of the caller's own a refusal shows as much as anybody reads. Units: characters. */
const SHOWN_MAX = 300;

export const refuse = (message: string, param?: string): never => {
  const details = param === undefined ? {} : { param: param.slice(0, SHOWN_MAX) };
  throw new ScripError("invalid_request", message.slice(0, SHOWN_MAX), details);
};
