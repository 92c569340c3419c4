#!/usr/bin/env bash
# parse-sse 0.1.0; eventsource-parser 3.1.1, fetch-event-stream 0.1.6 beside it (npm)
#
# Guess: where the network cuts a stream has no meaning: a CR that ends one read and the LF that begins the next are one
#   line end.
# Behaviour: parse-sse takes them for two, so an event of two lines becomes two events (half a JSON text each), now and
#   then, with the cut of the packets. The same bytes in one read are one event.
# Seen: "data: a\r\ndata: b\r\n\r\n" whole: parse-sse "a\nb"; cut after the first CR: parse-sse "a", "b"; the others "a\nb"
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm init -y > /dev/null
npm install --silent --no-audit --no-fund parse-sse@0.1.0 fetch-event-stream@0.1.6 eventsource-parser@3.1.1
cat > seen.mjs <<'X'
import { parseServerSentEvents } from "parse-sse";
import { events } from "fetch-event-stream";
import { EventSourceParserStream } from "eventsource-parser/stream";
const reply = (parts) => new Response(new ReadableStream({
  start(controller) {
    for (const part of parts) controller.enqueue(new TextEncoder().encode(part));
    controller.close();
  },
}), { headers: { "content-type": "text/event-stream" } });
const read = async (iterable) => {
  const data = [];
  for await (const event of iterable) data.push(event.data);
  return JSON.stringify(data);
};
for (const parts of [["data: a\r\ndata: b\r\n\r\n"], ["data: a\r", "\ndata: b\r\n\r\n"]]) {
  console.log(parts.length, "parse-sse", await read(parseServerSentEvents(reply(parts))));
  console.log(parts.length, "fetch-event-stream", await read(events(reply(parts))));
  console.log(parts.length, "eventsource-parser", await read(reply(parts).body.pipeThrough(new TextDecoderStream()).pipeThrough(new EventSourceParserStream())));
}
X
seen=$(node seen.mjs)
echo "$seen"
[ "$seen" = '1 parse-sse ["a\nb"]
1 fetch-event-stream ["a\nb"]
1 eventsource-parser ["a\nb"]
2 parse-sse ["a","b"]
2 fetch-event-stream ["a\nb"]
2 eventsource-parser ["a\nb"]' ] || { echo "changed: the lines above"; exit 1; }
