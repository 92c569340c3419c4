import type * as z from "zod";
import type { Scope } from "@/lib/auth";
import type { Ctx } from "@/lib/ctx";
import type { Tx } from "@/lib/db";
import { ScripError } from "@/lib/errors";
import { isStorable, readJsonObject, toJson, toProblem, validationFailed } from "@/lib/http";
import { newUuid, toPublicId, type Uuid } from "@/lib/ids";
import { openLog, type Log } from "@/lib/log";
import { nowMs } from "@/lib/time";
import { type CostlyCall, countAccount, countAddress, limitsOf } from "./limits";
import { callerOf } from "./request";
import { webDatabase } from "./database";
import { doOnce } from "./once";
import { actorOf, requirePrincipal, type Principal } from "./principal";

const BODY_BYTES_MAX = 1024 * 1024;

let opened: Log | undefined;
const log = (): Log => (opened ??= openLog("api"));

/** What a call takes, wants and gives: the request is checked by it, and the API's document is made from it. */
export type RouteSpec<
  Auth extends Scope | "public" = Scope | "public",
  Body extends z.ZodType = z.ZodType,
  Query extends z.ZodType = z.ZodType,
  Params extends z.ZodType = z.ZodType,
  Prepared = unknown,
> = {
  /** The scope that a key needs, `admin` for admins' sessions too; or anybody. */
  auth: Auth;
  tag: string;
  summary: string;
  description?: string;
  body?: Body;
  query?: Query;
  params?: Params;
  /** What comes back with `status`. */
  reply: z.ZodType;
  status?: 200 | 201;
  /** Counts against a limit of its own, too. */
  limit?: CostlyCall;
  /** Moves credits: wants an Idempotency-Key, and replays its first reply. */
  isIdempotent?: true;
  /** What an idempotent call asks of others first: with no transaction open, and not for a reply that is given again. */
  prepare?(
    input: Omit<
      RouteInput<Auth, z.output<Body>, z.output<Query>, z.output<Params>, never>,
      "tx" | "operationKey" | "prepared"
    >,
  ): Promise<Prepared>;
  /** Opens its own transactions, because it does more than the database's work. */
  hasOwnTransactions?: true;
  /** Content types of files that it sends where the query asks for them. */
  files?: readonly string[];
  /** A request that works, for the document; ids of the path aside. */
  example?: { body?: object; query?: Record<string, string> };
};

/** What a handler is given. `tx` is one transaction around a change, and the plain database for a read. */
export type RouteInput<Auth, Body, Query, Params, Prepared> = {
  tx: Tx;
  ctx: Ctx;
  request: Request;
  body: Body;
  query: Query;
  params: Params;
  principal: Auth extends "public" ? null : Principal;
  /** The request's Idempotency-Key, where the call wants one; the request id elsewhere. */
  operationKey: string;
  /** What `prepare` gave, where the call has one. */
  prepared: Prepared;
};

type NextContext = { params: Promise<unknown> };
/** A handler as Next calls it, with what it was made from. */
export type Route = ((request: Request, context: NextContext) => Promise<Response>) & { spec: RouteSpec };

/** What of a request was checked before its work begins. */
type Checked = {
  ctx: Ctx;
  principal: Principal | null;
  bodyText: string;
  body: unknown;
  query: unknown;
  params: unknown;
};

function parse(schema: z.ZodType | undefined, value: unknown): unknown {
  if (!schema) return undefined;
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw validationFailed(parsed.error);
  return parsed.data;
}

/** The query's members; of one that comes twice, the last. Errors: `invalid_request` for what no text column can hold. */
function readQuery(request: Request): Record<string, string> {
  const query = Object.fromEntries(new URL(request.url).searchParams);
  if (Object.entries(query).flat().every(isStorable)) return query;
  throw new ScripError("invalid_request", "The query holds a NUL character.");
}

/** An id in the path that can't be one is the id of nothing. */
function parseParams(schema: z.ZodType | undefined, value: unknown): unknown {
  const parsed = schema?.safeParse(value);
  if (parsed && !parsed.success) throw new ScripError("not_found", "There is nothing of this id.");
  return parsed?.data;
}

async function check(spec: RouteSpec, request: Request, context: NextContext, requestId: Uuid): Promise<Checked> {
  const asked = { nowMs: nowMs(), requestId };
  // Who asks comes first, before a byte of the body is read, then JSON, then whether it fits: the order in which errors win.
  await countAddress(limitsOf(spec.limit), callerOf(request.headers).address);
  const principal = spec.auth === "public" ? null : await requirePrincipal(request, asked, spec.auth);
  if (principal) await countAccount(limitsOf(spec.limit), principal.user.id);
  const { text, object } = spec.body ? await readJsonObject(request, BODY_BYTES_MAX) : { text: "", object: {} };
  const actor = principal ? actorOf(principal) : ({ kind: "system", name: "visitor" } as const);
  return {
    ctx: { ...asked, actor },
    principal,
    bodyText: text,
    params: parseParams(spec.params, await context.params),
    query: parse(spec.query, readQuery(request)),
    body: parse(spec.body, object),
  };
}

function send(requestId: Uuid, status: number, body: string, isReplayed = false): Response {
  return new Response(body, {
    status,
    headers: {
      "content-type": "application/json; charset=utf-8",
      "cache-control": "no-store",
      "x-request-id": toPublicId("request", requestId),
      ...(isReplayed && { "idempotent-replayed": "true" }),
    },
  });
}

type Work = (tx: Tx, operationKey: string, prepared?: unknown) => Promise<unknown>;

async function run(spec: RouteSpec, request: Request, checked: Checked, work: Work): Promise<Response> {
  const { ctx, principal, bodyText } = checked;
  const status = spec.status ?? 200;
  if (spec.isIdempotent && principal) {
    const prepare = async (): Promise<unknown> => spec.prepare?.({ ...checked, request } as never); // as each was parsed
    const reply = await doOnce(request, bodyText, principal.user.id, prepare, async (tx, key, prepared) => ({
      status,
      body: toJson(await work(tx, key, prepared)),
    }));
    return send(ctx.requestId, reply.status, reply.body, reply.isReplayed);
  }
  const isRead = request.method === "GET" || request.method === "HEAD" || spec.hasOwnTransactions;
  const database = webDatabase();
  const inTransaction = (): Promise<unknown> => database.inTransaction((tx) => work(tx, ctx.requestId));
  const result = await (isRead ? work(database.reader, ctx.requestId) : inTransaction());
  return result instanceof Response ? result : send(ctx.requestId, status, toJson(result));
}

/** Whether PostgreSQL can't be reached at the moment: worth a retry, and no bug. */
function isUnreachable(error: unknown): boolean {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  const text = error instanceof Error ? error.message : "";
  return (
    /^(P1001|P1002|P1008|P1017|P2024|ECONNREFUSED|ECONNRESET|57P0[123])$/.test(code) ||
    /ECONNREFUSED|DatabaseNotReachable/.test(text)
  );
}

function refuse(error: unknown, requestId: Uuid): Response {
  const publicId = toPublicId("request", requestId);
  if (error instanceof ScripError) return toProblem(error, publicId);
  log().error({ error, requestId: publicId }, "an API call failed");
  if (!isUnreachable(error)) return toProblem(error, publicId);
  const later = new ScripError("unavailable", "The database can't be reached. Try again in a few seconds.", {
    retryAfterS: 5,
  });
  return toProblem(later, publicId);
}

/**
 * An API call: who asks, what with, and the one thing to do.
 *
 * It counts the call (429), checks who asks (401, 403), the JSON (400), the schemas (422), runs the handler in a transaction unless it only
 * reads, and writes the reply, or the problem, as JSON.
 */
export function route<
  Auth extends Scope | "public",
  Body extends z.ZodType,
  Query extends z.ZodType,
  Params extends z.ZodType,
  Prepared = undefined,
>(
  spec: RouteSpec<Auth, Body, Query, Params, Prepared>,
  handler: (input: RouteInput<Auth, z.output<Body>, z.output<Query>, z.output<Params>, Prepared>) => Promise<unknown>,
): Route {
  const handle = async (request: Request, context: NextContext): Promise<Response> => {
    const requestId = newUuid(nowMs());
    try {
      const checked = await check(spec, request, context, requestId);
      return await run(spec, request, checked, (tx, operationKey, prepared) => {
        // Each was parsed by the schema that gives it its type, and the principal is there unless the call is public.
        // What was learned first took time: the change is of the moment at which it's made.
        const ctx = spec.prepare ? { ...checked.ctx, nowMs: nowMs() } : checked.ctx;
        const input = { ...checked, ctx, tx, request, operationKey, prepared } as unknown;
        return handler(input as Parameters<typeof handler>[0]);
      });
    } catch (error) {
      return refuse(error, requestId);
    }
  };
  return Object.assign(handle, { spec });
}
