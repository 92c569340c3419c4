import { ScripError } from "../../../../lib/errors";

export type Json = Record<string, unknown>;
export const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);
export const isAbsent = (value: unknown): value is null | undefined => value === undefined || value === null;

export const refuse = (message: string, param?: string): never => {
  throw new ScripError("invalid_request", message, param === undefined ? {} : { param });
};
