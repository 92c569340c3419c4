#!/usr/bin/env bash
# httpx-sse 0.4.3, sseclient-py 1.9.0, openai 3.57.0, groq 1.7.0, together 3.1.1 (PyPI); eventsource-parser 3.1.1 (npm)
#
# Guess: a byte order mark before an event stream is skipped: WHATWG HTML §9.2.5 allows one and says to strip it. (Servers
#   that write through a UTF-8 text writer with a preamble send it.)
# Behaviour: the Python decoders take the mark for a part of the first field's name, and drop the first event without an
#   error. There the first words of a reply are, or, in Anthropic's protocol, all the input tokens (message_start).
#   In JavaScript a TextDecoder strips the mark; text that came by Buffer.toString() has it, and the parser drops as well.
# Seen: data of three events after a mark: httpx-sse, sseclient-py, openai, groq, together give 2, 3; eventsource-parser
#   1, 2, 3 behind a TextDecoder, 2, 3 behind Buffer.toString()
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv env
env/bin/pip -q install --disable-pip-version-check httpx-sse==0.4.3 httpx==0.28.1 sseclient-py==1.9.0 openai==3.57.0 groq==1.7.0 together==3.1.1
npm init -y > /dev/null
npm install --silent --no-audit --no-fund eventsource-parser@3.1.1
printf '\xef\xbb\xbfdata: 1\n\ndata: 2\n\ndata: 3\n\n' > stream.txt
cat > seen.py <<'X'
import httpx, httpx_sse, sseclient
import groq._streaming, openai._streaming, together._streaming
raw = open("stream.txt", "rb").read()
reply = httpx.Response(200, headers={"content-type": "text/event-stream"}, content=raw)
print("httpx-sse", *(e.data for e in httpx_sse.EventSource(reply).iter_sse()))
print("sseclient-py", *(e.data for e in sseclient.SSEClient([raw]).events()))
for module in (openai, groq, together):
    print(module.__name__, *(e.data for e in module._streaming.SSEDecoder().iter_bytes(iter([raw]))))
X
cat > seen.mjs <<'X'
import { readFileSync } from "node:fs";
import { createParser } from "eventsource-parser";
const raw = readFileSync("stream.txt");
for (const [how, text] of [["TextDecoder", new TextDecoder().decode(raw)], ["toString", raw.toString("utf8")]]) {
  const data = [];
  createParser({ onEvent: (event) => data.push(event.data) }).feed(text);
  console.log("eventsource-parser", how, ...data);
}
X
seen=$(env/bin/python seen.py; node seen.mjs)
echo "$seen"
[ "$seen" = "httpx-sse 2 3
sseclient-py 2 3
openai 2 3
groq 2 3
together 2 3
eventsource-parser TextDecoder 1 2 3
eventsource-parser toString 2 3" ] || { echo "changed: the lines above"; exit 1; }
