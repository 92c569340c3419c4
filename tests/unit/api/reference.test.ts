import { describe, expect, test } from "vitest";
import { CALLS } from "@/app/api/v1/_document/calls";
import { readReference } from "@/app/(public)/docs/api/reference";
import { schemaFields, typeInWords } from "@/app/(public)/docs/api/schema-fields";

describe("the reference that people read", () => {
  const calls = readReference("https://scrip.example");

  test("has every call, each with a command to make it", () => {
    expect(calls.map(({ method, path }) => `${method} ${path}`)).toEqual(
      CALLS.map(({ method, path }) => `${method} ${path}`),
    );
    expect(calls.filter(({ example, path }) => !example.includes(`https://scrip.example/api/v1${path}`))).toEqual([]);
    expect(new Set(calls.map(({ id }) => id)).size).toBe(calls.length);
  });

  test("shows a call's key, header, body and reply", () => {
    const grant = calls.find(({ path }) => path.endsWith("/grants"));
    expect(grant).toMatchObject({ auth: "admin", isIdempotent: true, status: "201" });
    expect(grant?.example).toContain("Idempotency-Key");
    expect(grant?.body.find(({ path }) => path === "credits")).toMatchObject({ isRequired: true });
    expect(grant?.reply.map(({ path }) => path)).toContain("user_id");
  });

  test("names dollars to users nowhere but where they buy, and there in the description alone", () => {
    const naming = calls.filter((call) => call.auth !== "admin" && /\bUSD\b|\$\s?\d/.test(JSON.stringify(call)));
    expect(new Set(naming.map(({ tag }) => tag))).toEqual(new Set(["Buying"]));
    expect(JSON.stringify(naming.map((call) => ({ ...call, description: "" })))).not.toMatch(/\bUSD\b|\$\s?\d/);
  });
});

test("a schema's members are listed by path, through references, lists and choices", () => {
  const schemas = { Row: { type: "object", properties: { id: { type: "string" } }, required: ["id"] } };
  const schema = {
    type: "object",
    properties: {
      data: { type: "array", items: { $ref: "#/components/schemas/Row" } },
      at: { anyOf: [{ type: "string", format: "date-time" }, { type: "null" }] },
    },
  };
  expect(schemaFields(schema, schemas).map(({ path, type }) => [path, type])).toEqual([
    ["data", "object[]"],
    ["data[].id", "string"],
    ["at", "string (date-time) or null"],
  ]);
  expect(typeInWords({ enum: ["a", "b"] }, {})).toBe("a | b");
});
