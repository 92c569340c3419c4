import { apiDocument } from "@/app/api/v1/_document/document";
import { CALLS } from "@/app/api/v1/_document/calls";
import { schemaFields, typeInWords, type JsonSchema, type SchemaField, type Schemas } from "./schema-fields";

/** One call, ready to be shown. */
export type ReferenceCall = {
  id: string;
  method: string;
  path: string;
  tag: string;
  summary: string;
  description: string;
  /** The scope that it needs, or `public`. */
  auth: string;
  isIdempotent: boolean;
  parameters: SchemaField[];
  body: SchemaField[];
  reply: SchemaField[];
  status: string;
  example: string;
};

type Operation = {
  operationId: string;
  parameters?: { name: string; in: string; required?: boolean; description?: string; schema: JsonSchema }[];
  requestBody?: { content: Record<string, { schema: JsonSchema }> };
  responses: Record<string, { content?: Record<string, { schema: JsonSchema }> }>;
};

// Replies are read beside their examples: lists, their rows, and no deeper.
const REPLY_DEPTH = 2;

/** A reply's members are all there: which of them are required says nothing. */
const asGiven = (field: SchemaField): SchemaField => ({ ...field, isRequired: false });

const isSuccess = (status: string): boolean => status.startsWith("2");

/** How a call is made from a shell. */
function curl(appUrl: string, { method, path, route }: (typeof CALLS)[number]): string {
  const { spec } = route;
  const query = new URLSearchParams(spec.example?.query).toString();
  const url = `${appUrl}/api/v1${path}${query && `?${query}`}`;
  const lines = [
    `curl ${method === "GET" ? "" : `-X ${method} `}'${url}'`,
    spec.auth !== "public" && `-H "Authorization: Bearer $SCRIP_API_KEY"`,
    spec.isIdempotent && `-H "Idempotency-Key: $(uuidgen)"`,
    spec.body && `-H "Content-Type: application/json"`,
    spec.body && `-d '${JSON.stringify(spec.example?.body ?? {})}'`,
  ];
  return lines.filter(Boolean).join(" \\\n  ");
}

function toCall(appUrl: string, one: (typeof CALLS)[number], operation: Operation, schemas: Schemas): ReferenceCall {
  const { spec } = one.route;
  const [status = "200", response] = Object.entries(operation.responses).find(([code]) => isSuccess(code)) ?? [];
  const reply = response?.content?.["application/json"]?.schema;
  const body = operation.requestBody?.content["application/json"]?.schema;
  return {
    id: operation.operationId,
    method: one.method,
    path: one.path,
    tag: spec.tag,
    summary: spec.summary,
    description: spec.description ?? "",
    auth: spec.auth,
    isIdempotent: spec.isIdempotent ?? false,
    parameters: (operation.parameters ?? []).map(({ name, required, description, schema }) => ({
      path: name,
      type: typeInWords(schema, schemas),
      isRequired: required ?? false,
      description: description ?? schema.description ?? "",
    })),
    body: body ? schemaFields(body, schemas) : [],
    reply: reply ? schemaFields(reply, schemas, REPLY_DEPTH).map(asGiven) : [],
    status,
    example: curl(appUrl, one),
  };
}

/** The whole reference, from the document that programs read. */
export function readReference(appUrl: string): ReferenceCall[] {
  // The document is JSON; this names the part of it that is shown.
  const document = JSON.parse(JSON.stringify(apiDocument())) as {
    paths: Record<string, Record<string, Operation>>;
    components: { schemas: Schemas };
  };
  return CALLS.flatMap((one) => {
    const operation = document.paths[one.path]?.[one.method.toLowerCase()];
    return operation ? [toCall(appUrl, one, operation, document.components.schemas)] : [];
  });
}
