import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readMembers, spliceInner, spliceMembers } from "../../../workers/gateway/protocols/json-members";

const splice = (text: string, changes: Record<string, string | null>): string => {
  const bytes = Buffer.from(text);
  return spliceMembers(bytes, readMembers(bytes), new Map(Object.entries(changes))).toString();
};

describe("splicing members of a JSON object", () => {
  it("finds every member, whatever stands in names and values", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.constantFrom(undefined, 2), (object, indent) => {
        const bytes = Buffer.from(JSON.stringify(object, null, indent));
        const found = readMembers(bytes).map(({ name, valueStart, end }) => [
          name,
          JSON.parse(bytes.toString("utf8", valueStart, end)) as unknown,
        ]);
        expect(found).toEqual(Object.entries(JSON.parse(bytes.toString()) as object));
      }),
    );
  });

  it("changes the one member and no other byte: big integers, escapes, spaces and order stay", () => {
    const text =
      '{ "seed" : 12345678901234567890,\n "model":"gpt\\u002d4", "x": 1.10, "max_tokens": 4000 , "last":[1,{"max_tokens":7}] }';
    expect(splice(text, { max_tokens: "256" })).toBe(text.replace("4000", "256"));
    expect(splice(text, { model: '"other"' })).toBe(text.replace('"gpt\\u002d4"', '"other"'));
  });

  it("adds what isn't there after the last member, also into an empty object", () => {
    expect(splice('{"a":1 }', { b: "2", c: "3" })).toBe('{"a":1,"b":2,"c":3 }');
    expect(splice("{ }", { b: "2" })).toBe('{"b":2 }');
  });

  it("takes a member out, from every place", () => {
    const text = '{"a":1,"b":[2,"}"],"c":"\\\\"}';
    expect(splice(text, { a: null })).toBe('{"b":[2,"}"],"c":"\\\\"}');
    expect(splice(text, { b: null })).toBe('{"a":1,"c":"\\\\"}');
    expect(splice(text, { c: null })).toBe('{"a":1,"b":[2,"}"]}');
    expect(splice('{"a":1}', { a: null })).toBe("{}");
  });

  it("reads like a parser what it has written, for any object and any change", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.string(), fc.jsonValue(), (object, name, value) => {
        const spliced = JSON.parse(splice(JSON.stringify(object), { [name]: JSON.stringify(value) })) as object;
        expect(new Map(Object.entries(spliced))).toEqual(
          new Map([
            ...Object.entries(JSON.parse(JSON.stringify(object)) as object),
            [name, JSON.parse(JSON.stringify(value))],
          ]),
        );
      }),
    );
  });

  it("sets a member of an inner object, and leaves the bytes alone where there is none", () => {
    const text = '{"id":"x","usage":{"total_tokens":12345678901234567890}}';
    expect(spliceInner(Buffer.from(text), "usage", new Map([["credits", "8"]])).toString()).toBe(
      '{"id":"x","usage":{"total_tokens":12345678901234567890,"credits":8}}',
    );
    for (const other of ['{"id":"x"}', '{"usage":null}', '{"usage":[1]}']) {
      expect(spliceInner(Buffer.from(other), "usage", new Map([["credits", "8"]])).toString()).toBe(other);
    }
  });
});
