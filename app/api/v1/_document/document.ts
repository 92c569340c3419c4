import * as z from "zod";
import { createDocument, type ZodOpenApiOperationObject, type ZodOpenApiPathsObject } from "zod-openapi";
import type { RouteSpec } from "@/app/_server/route";
import { ERROR_CODES } from "@/lib/errors";
import { CALLS, type ApiCall } from "./calls";

export type ApiDocument = ReturnType<typeof createDocument>;

const Problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    code: z.enum(Object.keys(ERROR_CODES)).meta({ description: "Never changes its meaning; the texts may." }),
    detail: z.string().meta({ description: "For people: what is wrong, and what to do." }),
    errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
    request_id: z.string(),
  })
  .meta({
    id: "Problem",
    description: "RFC 9457 problem details. `x-should-retry` says whether trying again may help.",
  });

const DESCRIPTION = `Everything the web app does, for programs.

Send an API key as \`Authorization: Bearer sk-scrip-…\`. Its scopes say what it may do: \`inference\` calls models at the
gateway, \`account\` reads and changes the account, \`admin\` includes both and works for admins only.

Credits and dollars are JSON numbers without exponents, of at most 6 and 9 decimals. Times are RFC 3339 in UTC. Lists are
\`{data, next_cursor}\`: pass \`next_cursor\` as \`cursor\` for what follows. Calls that move credits want an
\`Idempotency-Key\`: the same key and body gets the first reply again.`;

const problem = (description: string) => ({
  description,
  content: { "application/problem+json": { schema: Problem } },
  headers: z.object({ "x-should-retry": z.enum(["true", "false"]) }),
});

/** What a call may answer beside its reply. */
function problemsOf(spec: RouteSpec): ZodOpenApiOperationObject["responses"] {
  const isPublic = spec.auth === "public";
  return {
    ...((spec.body ?? spec.query) && { "400": problem("No JSON object, or a cursor of another list.") }),
    ...(!isPublic && { "401": problem("Nobody: no key, or one that isn't valid.") }),
    "429": problem("Too many calls: `retry-after` says when to come back."),
    ...(!isPublic && { "403": problem("The scope is missing, or the account is suspended.") }),
    ...(spec.params && { "404": problem("There is nothing of this id, or it is another's.") }),
    ...((spec.isIdempotent ?? spec.body) && { "409": problem("It contradicts what is there.") }),
    ...((spec.body ?? spec.query) && { "422": problem("It doesn't fit; `errors` names each field.") }),
    "503": problem("The database can't be reached: try again."),
  };
}

function toOperation({ path, method, route }: ApiCall): ZodOpenApiOperationObject {
  const { spec } = route;
  const words = path.split(/[/{}-]+/).filter(Boolean);
  const content = { "application/json": { schema: spec.reply } };
  const files = Object.fromEntries((spec.files ?? []).map((type) => [type, { schema: z.string() }]));
  return {
    operationId: [method.toLowerCase(), ...words].join("_"),
    tags: [spec.tag],
    summary: spec.summary,
    ...(spec.description && { description: spec.description }),
    security: spec.auth === "public" ? [] : [{ key: [spec.auth] }, { session: [] }],
    requestParams: {
      ...(spec.params instanceof z.ZodObject && { path: spec.params }),
      ...(spec.query instanceof z.ZodObject && { query: spec.query }),
      ...(spec.isIdempotent && { header: z.object({ "Idempotency-Key": z.string().max(255) }) }),
    },
    ...(spec.body && {
      requestBody: {
        required: true,
        content: { "application/json": { schema: spec.body, example: spec.example?.body } },
      },
    }),
    responses: {
      [String(spec.status ?? 200)]: {
        description: spec.status === 201 ? "Made." : "Done.",
        content: { ...content, ...files },
      },
      ...problemsOf(spec),
    },
  } as ZodOpenApiOperationObject; // its keys of statuses are known at run time only
}

function toPaths(): ZodOpenApiPathsObject {
  const paths: ZodOpenApiPathsObject = {};
  for (const call of CALLS) {
    paths[call.path] = { ...paths[call.path], [call.method.toLowerCase()]: toOperation(call) };
  }
  return paths;
}

let built: ApiDocument | undefined;

/** The API's document, made from the schemas that its calls are checked by. Source: decision 032. */
export function apiDocument(): ApiDocument {
  built ??= createDocument({
    openapi: "3.1.0",
    info: {
      title: "Scrip management API",
      version: "1",
      description: DESCRIPTION,
      license: { name: "MIT", identifier: "MIT" },
    },
    servers: [{ url: "/api/v1" }],
    tags: [...new Set(CALLS.map(({ route }) => route.spec.tag))].map((name) => ({ name })),
    components: {
      securitySchemes: {
        key: { type: "http", scheme: "bearer", description: "An API key with the scope named." },
        session: { type: "apiKey", in: "cookie", name: "scrip-session", description: "A browser that is signed in." },
      },
    },
    paths: toPaths(),
  });
  return built;
}
