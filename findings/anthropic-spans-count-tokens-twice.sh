#!/usr/bin/env bash
# anthropic 2.14.0 with opentelemetry-instrumentation-anthropic 0.62.4, opentelemetry-sdk 1.45.2 (PyPI)
#
# Guess: a client library makes no spans by itself; with the instrumentation installed there is one span per call, and its
#   token counts are those of the reply.
# Behaviour: anthropic depends on opentelemetry-api and writes a span of its own, so with the instrumentation each call has
#   two with gen_ai.usage.*, and a sum over spans is twice what was used. They name the same count differently
#   (cache_write.input_tokens, cache_creation.input_tokens). For a stream the instrumentation adds message_start's
#   output_tokens to message_delta's, which is already the whole. Both make input_tokens the sum with cache reads and
#   writes: 11,100 where the wire says 100.
# Seen: streamed reply of 7 output tokens: spans with 7 and 8; input 11100 and 11100; summed 15 output, 22200 input
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv env
env/bin/pip -q install --disable-pip-version-check anthropic==2.14.0 opentelemetry-instrumentation-anthropic==0.62.4 \
  opentelemetry-sdk==1.45.2 opentelemetry-instrumentation==0.66b2
cat > seen.py <<'X'
import json, sys, threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

def event(kind, **more):
    return f"event: {kind}\ndata: {json.dumps({'type': kind, **more})}\n\n"
message = {"id": "m", "type": "message", "role": "assistant", "model": "claude-x", "content": [], "stop_reason": None, "stop_sequence": None,
           "usage": {"input_tokens": 100, "cache_creation_input_tokens": 2000, "cache_read_input_tokens": 9000, "output_tokens": 1}}
stream = (event("message_start", message=message) + event("content_block_start", index=0, content_block={"type": "text", "text": ""})
          + event("content_block_delta", index=0, delta={"type": "text_delta", "text": "hi"}) + event("content_block_stop", index=0)
          + event("message_delta", delta={"stop_reason": "end_turn", "stop_sequence": None}, usage={"output_tokens": 7}) + event("message_stop")).encode()

class Model(BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers["content-length"]))
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.send_header("content-length", str(len(stream)))
        self.end_headers()
        self.wfile.write(stream)
    def log_message(self, *_): pass
server = HTTPServer(("127.0.0.1", 0), Model)
threading.Thread(target=server.serve_forever, daemon=True).start()

spans, provider = InMemorySpanExporter(), TracerProvider()
provider.add_span_processor(SimpleSpanProcessor(spans))
trace.set_tracer_provider(provider)
import anthropic
from opentelemetry.instrumentation.anthropic import AnthropicInstrumentor
def call():
    client = anthropic.Anthropic(api_key="x", base_url=f"http://127.0.0.1:{server.server_port}", max_retries=0)
    list(client.messages.create(model="claude-x", max_tokens=9, messages=[{"role": "user", "content": "x"}], stream=True))
    seen = {}
    for span in spans.get_finished_spans():
        a = span.attributes
        cache = [k for k in a if "cache_write" in k or "cache_creation" in k]
        seen[span.instrumentation_scope.name] = (a["gen_ai.usage.input_tokens"], a["gen_ai.usage.output_tokens"], cache[0])
    spans.clear()
    return seen
alone = call()
AnthropicInstrumentor().instrument(tracer_provider=provider)
both = call()
print("alone", alone)
print("instrumented", both)
own = {"com.anthropic.sdk.python": (11100, 7, "gen_ai.usage.cache_write.input_tokens")}
other = {"opentelemetry.instrumentation.anthropic": (11100, 8, "gen_ai.usage.cache_creation.input_tokens")}
if alone != own or both != {**own, **other}:
    sys.exit("changed: the lines above")
X
env/bin/python seen.py
