/** The part of JSON Schema that the API's document uses. */
export type JsonSchema = {
  $ref?: string;
  type?: string | string[];
  format?: string;
  description?: string;
  enum?: unknown[];
  const?: unknown;
  default?: unknown;
  properties?: Record<string, JsonSchema>;
  required?: string[];
  items?: JsonSchema;
  anyOf?: JsonSchema[];
  additionalProperties?: JsonSchema | boolean;
  minimum?: number;
  exclusiveMinimum?: number;
  maximum?: number;
  maxLength?: number;
};
export type Schemas = Readonly<Record<string, JsonSchema>>;

/** One member of an object, by its path from the outermost one. */
export type SchemaField = { path: string; type: string; isRequired: boolean; description: string };

const DEPTH_MAX = 3;

function resolve(schema: JsonSchema, schemas: Schemas): JsonSchema {
  const name = schema.$ref?.split("/").at(-1);
  const named = name === undefined ? undefined : schemas[name];
  return named ? { ...named, description: schema.description ?? named.description } : schema;
}

function bounds({ minimum, exclusiveMinimum, maximum, maxLength }: JsonSchema): string {
  const parts = [
    minimum !== undefined && minimum > -1e15 ? `≥ ${minimum}` : "",
    exclusiveMinimum === undefined ? "" : `> ${exclusiveMinimum}`,
    maximum !== undefined && maximum < 1e15 ? `≤ ${maximum}` : "",
    maxLength === undefined ? "" : `≤ ${maxLength} characters`,
  ];
  return parts.filter(Boolean).join(", ");
}

/** A schema's type in words: `string (date-time)`, `a | b`, `number[]`, `… or null`. */
export function typeInWords(given: JsonSchema, schemas: Schemas): string {
  const schema = resolve(given, schemas);
  if (schema.enum) return schema.enum.map(String).join(" | ");
  if (schema.anyOf) return [...new Set(schema.anyOf.map((one) => typeInWords(one, schemas)))].join(" or ");
  if (schema.type === "array") return `${typeInWords(schema.items ?? {}, schemas)}[]`;
  if (schema.type === undefined) return "any";
  const type = [schema.type].flat().join(" or ");
  const notes = [schema.format ?? "", bounds(schema)].filter(Boolean).join(", ");
  return notes ? `${type} (${notes})` : type;
}

/** The schema whose members a member's own members are: its object, or that of its list or its choice. */
function inner(given: JsonSchema, schemas: Schemas): { schema: JsonSchema; suffix: string } | null {
  const schema = resolve(given, schemas);
  if (schema.properties) return { schema, suffix: "" };
  if (schema.items) {
    const item = inner(schema.items, schemas);
    return item && { schema: item.schema, suffix: `[]${item.suffix}` };
  }
  for (const choice of schema.anyOf ?? []) {
    const found = inner(choice, schemas);
    if (found) return found;
  }
  return null;
}

/** Every member of an object schema, outermost first, to a depth that can be read. */
export function schemaFields(given: JsonSchema, schemas: Schemas, depthLeft = DEPTH_MAX, prefix = ""): SchemaField[] {
  const outer = inner(given, schemas);
  if (!outer) return [];
  const { properties = {}, required = [] } = outer.schema;
  const base = prefix + outer.suffix;
  return Object.entries(properties).flatMap(([name, member]) => {
    const path = base === "" ? name : `${base}.${name}`;
    const { description = "" } = resolve(member, schemas);
    const field = { path, type: typeInWords(member, schemas), isRequired: required.includes(name), description };
    return [field, ...(depthLeft > 1 ? schemaFields(member, schemas, depthLeft - 1, path) : [])];
  });
}
