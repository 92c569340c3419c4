#!/usr/bin/env bash
# openai 7.59.0 (npm) and openai 3.57.0 (PyPI), the official clients
#
# Guess: the request option for an idempotency key (`idempotencyKey`, `idempotency_key`), which both clients document in
#   their types, sends an Idempotency-Key header.
# Behaviour: neither sends any header for it: the name of the header is a member of the client (`idempotencyHeader`,
#   `_idempotency_header`) that is never set. Whoever uses the option pays twice for a call that is repeated. A header of
#   one's own goes out, and the clients' own retries repeat it.
# Seen: npm: option [], header ["idempotency-key: b"]; PyPI: option [], header ["idempotency-key: b"]
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm init -y >/dev/null && npm install --silent --no-audit --no-fund openai@7.59.0
python3 -m venv env && env/bin/pip -q install --disable-pip-version-check openai==3.57.0
cat > seen.mjs <<'X'
import OpenAI from "openai";
let sent = [];
const fetch = async (_url, { headers }) => {
  sent = [...new Headers(headers)].filter(([name]) => name.includes("idempoten")).map((pair) => pair.join(": "));
  return Response.json({ choices: [] });
};
const client = new OpenAI({ apiKey: "x", baseURL: "http://model.test/v1", fetch });
const ask = { model: "m", messages: [{ role: "user", content: "x" }] };
await client.chat.completions.create(ask, { idempotencyKey: "a" });
const byOption = JSON.stringify(sent);
await client.chat.completions.create(ask, { headers: { "Idempotency-Key": "b" } });
console.log(`npm: option ${byOption}, header ${JSON.stringify(sent)}`);
X
cat > seen.py <<'X'
import json, threading
from http.server import BaseHTTPRequestHandler, HTTPServer
import openai
sent = []
class Model(BaseHTTPRequestHandler):
    def do_POST(self):
        global sent
        self.rfile.read(int(self.headers["content-length"]))
        sent = [f"{k.lower()}: {v}" for k, v in self.headers.items() if "idempoten" in k.lower()]
        body = json.dumps({"id": "x", "object": "chat.completion", "created": 1, "model": "m", "choices": []}).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *_): pass
server = HTTPServer(("127.0.0.1", 0), Model)
threading.Thread(target=server.serve_forever, daemon=True).start()
client = openai.OpenAI(api_key="x", base_url=f"http://127.0.0.1:{server.server_port}/v1")
ask = {"model": "m", "messages": [{"role": "user", "content": "x"}]}
client.post("/chat/completions", cast_to=object, body=ask, options={"idempotency_key": "a"})
by_option = json.dumps(sent)
client.chat.completions.create(**ask, extra_headers={"Idempotency-Key": "b"})
print(f"PyPI: option {by_option}, header {json.dumps(sent)}")
X
found="$(node seen.mjs); $(env/bin/python seen.py)"
echo "$found"
[ "$found" = 'npm: option [], header ["idempotency-key: b"]; PyPI: option [], header ["idempotency-key: b"]' ]
