/** The members of a JSON Schema that a sample looks at. */
type Schema = Record<string, unknown>;

const isSchema = (value: unknown): value is Schema =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The schema that a local `$ref` names. */
function resolve(schema: Schema, root: Schema): Schema {
  const reference = schema["$ref"];
  if (typeof reference !== "string" || !reference.startsWith("#")) return schema;
  const target = reference
    .slice(1)
    .split("/")
    .filter(Boolean)
    .reduce<unknown>((at, name) => (isSchema(at) ? at[name] : undefined), root);
  return isSchema(target) ? target : {};
}

function sampleObject(schema: Schema, root: Schema, depth: number): Record<string, unknown> {
  const properties = isSchema(schema["properties"]) ? schema["properties"] : {};
  const members = Object.entries(properties).filter(([, member]) => isSchema(member));
  return Object.fromEntries(
    members.map(([name, member]) => [name, sample(isSchema(member) ? member : {}, root, depth + 1)]),
  );
}

const DEPTH_MAX = 8;

/** A value that fits a JSON Schema, the same each time: the shortest array, the first of a choice. */
export function sample(schema: Schema, root: Schema = schema, depth = 0): unknown {
  const { const: fixed, enum: choices, anyOf, type, minItems, items, minimum, default: usual } = resolve(schema, root);
  const resolved = resolve(schema, root);
  if (fixed !== undefined) return fixed;
  if (Array.isArray(choices)) return choices[0];
  if (usual !== undefined) return usual;
  if (depth > DEPTH_MAX) return null;
  const first: unknown = Array.isArray(anyOf) ? anyOf[0] : undefined;
  if (isSchema(first)) return sample(first, root, depth + 1);
  switch (Array.isArray(type) ? (type[0] as unknown) : type) {
    case "string":
      return "amber";
    case "integer":
    case "number":
      return typeof minimum === "number" ? minimum : 1;
    case "boolean":
      return true;
    case "null":
      return null;
    case "array": {
      const length = typeof minItems === "number" ? Math.max(1, minItems) : 1;
      return Array.from({ length }, () => sample(isSchema(items) ? items : {}, root, depth + 1));
    }
    default:
      return sampleObject(resolved, root, depth);
  }
}
