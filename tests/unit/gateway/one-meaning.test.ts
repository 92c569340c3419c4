import { describe, expect, it } from "vitest";
import { openAiChat } from "../../../workers/gateway/protocols/openai";

const parse = (members: string, messages = '[{"role":"user","content":"Hi"}]') =>
  openAiChat.parse(Buffer.from(`{"model":"m","messages":${messages}${members}}`), {});

describe("a body that could mean something else to a supplier", () => {
  it.each([
    ["a bound in another case", ',"Max_Tokens":9'],
    ["a letter that folds into ASCII", ',"max_token\u017f":9'],
    ["another one", ',"web_\u017fearch_options":{}'],
    ["a bill field of one supplier", ',"Search_Parameters":{}'],
    ["the messages", ',"Messages":[]'],
    ["a tool's type", ',"tools":[{"Type":"web_search"}]'],
    ["a field twice", ',"max_tokens":1,"max_tokens":9'],
    ["a field twice, escaped", ',"max_tokens":1,"max\\u005ftokens":9'],
    ["a tool's type twice", ',"tools":[{"type":"web_search","type":"function"}]'],
    ["a name twice far inside", ',"metadata":{"a":[1,{"b":{"c":1,"c":2}}]}'],
  ])("is refused: %s", (_, members) => {
    expect(() => parse(members)).toThrow(/twice|instead of/);
  });

  it("is refused where a part's type or a message's content stands in another case", () => {
    expect(() => parse("", '[{"role":"user","content":[{"Type":"video_url"}]}]')).toThrow("instead of");
    expect(() => parse("", '[{"role":"user","Content":[{"type":"video_url"}]}]')).toThrow("instead of");
  });

  it("isn't seen where names only look alike, or stand in other objects or in texts", () => {
    const schema = '{"type":"object","properties":{"Type":{"type":"string"},"type":{"type":"string"}}}';
    const tools = `[{"type":"function","function":{"name":"f","parameters":${schema}}}]`;
    expect(parse(`,"tools":${tools},"stop":["a","a"],"metadata":{"a":"{\\"a\\":1,\\"a\\":2}"}`).model).toBe("m");
  });
});
