export type SnippetLanguage = "curl" | "python" | "typescript";
export type Snippet = { language: SnippetLanguage; label: string; code: string };

/** How a client is pointed at the gateway: the same request in three languages. `key` is code, `$VARIABLE` or a literal. */
export function snippets({
  baseUrl,
  secret,
  model,
}: {
  baseUrl: string;
  secret: string | null;
  model: string;
}): Snippet[] {
  const literal = secret && JSON.stringify(secret);
  const curl = `curl ${baseUrl}/v1/chat/completions \\
  -H "authorization: Bearer ${secret ?? "$SCRIP_API_KEY"}" \\
  -H "content-type: application/json" \\
  -d '{"model": "${model}", "messages": [{"role": "user", "content": "Hello!"}]}'`;
  const python = `${literal ? "" : "import os\n"}from openai import OpenAI

client = OpenAI(
    base_url="${baseUrl}/v1",
    api_key=${literal ?? 'os.environ["SCRIP_API_KEY"]'},
)
reply = client.chat.completions.create(
    model="${model}",
    messages=[{"role": "user", "content": "Hello!"}],
)
print(reply.choices[0].message.content)`;
  const typescript = `import OpenAI from "openai";

const client = new OpenAI({
  baseURL: "${baseUrl}/v1",
  apiKey: ${literal ?? "process.env.SCRIP_API_KEY"},
});
const reply = await client.chat.completions.create({
  model: "${model}",
  messages: [{ role: "user", content: "Hello!" }],
});
console.log(reply.choices[0]?.message.content);`;
  return [
    { language: "curl", label: "curl", code: curl },
    { language: "python", label: "Python", code: python },
    { language: "typescript", label: "TypeScript", code: typescript },
  ];
}

/** How a request is repeated without paying twice. The clients' own option for such a key sends no header. */
export function idempotentSnippets({ baseUrl, model }: { baseUrl: string; model: string }): Snippet[] {
  const curl = `curl ${baseUrl}/v1/chat/completions \\
  -H "authorization: Bearer $SCRIP_API_KEY" \\
  -H "content-type: application/json" \\
  -H "idempotency-key: order-1042" \\
  -d '{"model": "${model}", "messages": [{"role": "user", "content": "Hello!"}]}'`;
  const python = `reply = client.chat.completions.create(
    model="${model}",
    messages=[{"role": "user", "content": "Hello!"}],
    extra_headers={"Idempotency-Key": "order-1042"},
)`;
  const typescript = `const reply = await client.chat.completions.create(
  { model: "${model}", messages: [{ role: "user", content: "Hello!" }] },
  { headers: { "Idempotency-Key": "order-1042" } },
);`;
  return [
    { language: "curl", label: "curl", code: curl },
    { language: "python", label: "Python", code: python },
    { language: "typescript", label: "TypeScript", code: typescript },
  ];
}
