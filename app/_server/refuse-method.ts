import { METHODS, METHODS_OF } from "@/app/api/v1/_document/methods";
import { ScripError } from "@/lib/errors";
import { toProblem } from "@/lib/http";
import { newUuid, toPublicId } from "@/lib/ids";
import { nowMs } from "@/lib/time";

const PREFIX = "/api/v1";

const PATHS = Object.entries(METHODS_OF)
  .map(([path, methods]) => ({
    isExact: !path.includes("{"),
    expression: new RegExp(`^${path.replaceAll(".", "\\.").replaceAll(/\{\w+\}/g, "[^/]+")}$`),
    methods,
  }))
  // As Next has it: a path of its own comes before an id in the same place.
  .toSorted((one, other) => Number(other.isExact) - Number(one.isExact));

/** The path isn't there, or doesn't know the method. */
export const noSuchCall = (method: string, pathname: string, status: 404 | 405 = 404): ScripError =>
  new ScripError(
    status === 404 ? "not_found" : "invalid_request",
    `There is no call ${method} ${pathname}. See /docs/api.`,
    { status },
  );

/**
 * A problem for a method that a path of the management API doesn't know, where Next would send a status alone; `null`
 * for what goes on to its route. HEAD goes wherever GET does, and OPTIONS everywhere: Next answers both.
 */
export function refuseMethod(method: string, pathname: string): Response | null {
  if (!pathname.startsWith(`${PREFIX}/`)) return null;
  const methods = PATHS.find(({ expression }) => expression.test(pathname.slice(PREFIX.length)))?.methods;
  const known: string[] = [...(methods ?? METHODS), "OPTIONS"];
  if (known.includes("GET")) known.push("HEAD");
  if (known.includes(method)) return null;
  const refusal = noSuchCall(method, pathname, methods ? 405 : 404);
  const response = toProblem(refusal, toPublicId("request", newUuid(nowMs())));
  if (methods) response.headers.set("allow", known.join(", "));
  return response;
}
