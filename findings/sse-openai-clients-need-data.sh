#!/usr/bin/env bash
# openai 3.57.0, groq 1.7.0, together 3.1.1, anthropic 2.14.0 (Python); openai 6.49.0, groq-sdk 1.6.0 (npm)
#
# Guess: an event stream may carry `retry: 3000`, an `id:`, or an event without data (a keepalive); a client skips what
#   dispatches nothing (WHATWG HTML §9.2.6: an event whose data is empty is not dispatched).
# Behaviour: the OpenAI-shaped clients parse the missing data as JSON and the whole call fails. Python: on `retry`, `id`
#   and a bare `event` (together: not on the last); npm: on a bare `event`. Comments pass everywhere; anthropic takes all.
#   The reply is paid for and lost. Keep a stream alive with comments alone, and don't hand an upstream's retry or id on.
# Seen: see the table that this prints: ok = "hi", fail = the client raised at once
set -euo pipefail
dir=$(mktemp -d)
trap 'kill "$server" 2> /dev/null || true; rm -rf "$dir"' EXIT
cd "$dir"
cat > server.mjs <<'X'
import http from "node:http";
import { writeFileSync } from "node:fs";
const chunk = (more) => `data: ${JSON.stringify({ id: "c", object: "chat.completion.chunk", created: 1, model: "m", ...more })}\n\n`;
const openai = chunk({ choices: [{ index: 0, delta: { role: "assistant", content: "hi" }, finish_reason: null }] }) +
  chunk({ choices: [{ index: 0, delta: {}, finish_reason: "stop" }] }) + "data: [DONE]\n\n";
const event = (type, more = {}) => `event: ${type}\ndata: ${JSON.stringify({ type, ...more })}\n\n`;
const message = { id: "m", type: "message", role: "assistant", content: [], model: "c", stop_reason: null, stop_sequence: null };
const anthropic = event("message_start", { message: { ...message, usage: { input_tokens: 900, output_tokens: 1 } } }) +
  event("content_block_start", { index: 0, content_block: { type: "text", text: "" } }) +
  event("content_block_delta", { index: 0, delta: { type: "text_delta", text: "hi" } }) + event("content_block_stop", { index: 0 }) +
  event("message_delta", { delta: { stop_reason: "end_turn", stop_sequence: null }, usage: { output_tokens: 7 } }) + event("message_stop");
const first = { comment: ": keepalive\n\n", retry: "retry: 3000\n\n", id: "id: 1\n\n", event: "event: keepalive\n\n" };
const server = http.createServer((request, reply) => {
  request.resume().on("end", () => {
    reply.writeHead(200, { "content-type": "text/event-stream" });
    reply.end(first[request.url.split("/")[1]] + (request.url.includes("messages") ? anthropic : openai));
  });
}).listen(0, "127.0.0.1", () => writeFileSync("port", String(server.address().port)));
X
python3 -m venv env
env/bin/pip -q install --disable-pip-version-check openai==3.57.0 groq==1.7.0 together==3.1.1 anthropic==2.14.0
npm init -y > /dev/null
npm install --silent --no-audit --no-fund openai@6.49.0 groq-sdk@1.6.0
node server.mjs & server=$!
until [ -s port ]; do sleep 0.1; done
cat > seen.py <<'X'
import json, anthropic, groq, openai, together
base = f"http://127.0.0.1:{open('port').read()}/"
messages = [{"role": "user", "content": "x"}]
def text(client):
    return "".join(c.choices[0].delta.content or "" for c in client.chat.completions.create(model="m", messages=messages, stream=True) if c.choices)
def told(kind):
    client = anthropic.Anthropic(api_key="x", base_url=base + kind, max_retries=0)
    with client.messages.stream(model="m", max_tokens=5, messages=messages) as stream:
        return "".join(stream.text_stream)
clients = {
    "openai": lambda k: text(openai.OpenAI(api_key="x", base_url=base + k + "/v1", max_retries=0)),
    "groq": lambda k: text(groq.Groq(api_key="x", base_url=base + k, max_retries=0)),
    "together": lambda k: text(together.Together(api_key="x", base_url=base + k + "/v1", max_retries=0)),
    "anthropic": told,
}
for name, run in clients.items():
    row = []
    for kind in ("comment", "retry", "id", "event"):
        try:
            row.append("ok" if run(kind) == "hi" else "lost")
        except json.JSONDecodeError:
            row.append("fail")
    print("python", name, *row)
X
cat > seen.mjs <<'X'
import { readFileSync } from "node:fs";
import OpenAI from "openai";
import Groq from "groq-sdk";
const base = `http://127.0.0.1:${readFileSync("port")}/`;
console.error = () => {};
const makers = {
  openai: (kind) => new OpenAI({ apiKey: "x", baseURL: `${base}${kind}/v1`, maxRetries: 0 }),
  groq: (kind) => new Groq({ apiKey: "x", baseURL: base + kind, maxRetries: 0 }),
};
for (const [name, make] of Object.entries(makers)) {
  const row = [];
  for (const kind of ["comment", "retry", "id", "event"]) {
    let text = "";
    try {
      const stream = await make(kind).chat.completions.create({ model: "m", messages: [{ role: "user", content: "x" }], stream: true });
      for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? "";
      row.push(text === "hi" ? "ok" : "lost");
    } catch { row.push("fail"); }
  }
  console.log("npm", name, ...row);
}
X
seen=$(env/bin/python seen.py; node seen.mjs)
printf '%s\n' "client comment retry id event" "$seen"
[ "$seen" = "python openai ok fail fail fail
python groq ok fail fail fail
python together ok fail fail ok
python anthropic ok ok ok ok
npm openai ok ok ok fail
npm groq ok ok ok fail" ] || { echo "changed: the table above"; exit 1; }
