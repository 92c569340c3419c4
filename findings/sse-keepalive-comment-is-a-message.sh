#!/usr/bin/env bash
# @microsoft/fetch-event-source 2.0.1, fetch-event-stream 0.1.6, eventsource-parser 3.1.1 (npm)
#
# Guess: a comment (`: keepalive`) is invisible to every reader, and an event without data is not dispatched, so neither
#   reaches code that parses each message as JSON.
# Behaviour: fetch-event-source calls onmessage with data "" for each comment followed by a blank line, and for an event
#   without data; JSON.parse("") then throws in the caller's handler, and by default the POST is sent again each second,
#   each time paid. A comment WITHOUT a blank line after it stays invisible. fetch-event-stream gives an event without
#   data as undefined.
# Seen: for `: ka\n\ndata: 1\n\nevent: ping\n\n`: fetch-event-source "", "1", ""; fetch-event-stream "1", undefined;
#   eventsource-parser "1"; a handler that parses JSON: 3 POSTs within 2.6 s; for `: ka\ndata: 1\n\n` all give "1"
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm init -y > /dev/null
npm install --silent --no-audit --no-fund @microsoft/fetch-event-source@2.0.1 fetch-event-stream@0.1.6 eventsource-parser@3.1.1
cat > seen.cjs <<'X'
// It asks a page whether it is hidden; here is no page.
globalThis.document = { hidden: false, addEventListener() {}, removeEventListener() {} };
globalThis.window = globalThis;
const { fetchEventSource } = require("@microsoft/fetch-event-source");
const reply = (text) => new Response(text, { headers: { "content-type": "text/event-stream" } });
const readers = {
  "fetch-event-source": async (text) => {
    const data = [];
    await fetchEventSource("http://127.0.0.1/", { openWhenHidden: true, fetch: async () => reply(text), onmessage: (m) => data.push(m.data) });
    return data;
  },
  "fetch-event-stream": async (text) => {
    const { events } = await import("fetch-event-stream");
    const data = [];
    for await (const event of events(reply(text))) data.push(String(event.data));
    return data;
  },
  "eventsource-parser": async (text) => {
    const { createParser } = await import("eventsource-parser");
    const data = [];
    createParser({ onEvent: (event) => data.push(event.data) }).feed(text);
    return data;
  },
};
(async () => {
  for (const [name, read] of Object.entries(readers))
    console.log(name, JSON.stringify(await read(": ka\n\ndata: 1\n\nevent: ping\n\n")), JSON.stringify(await read(": ka\ndata: 1\n\n")));
  let posts = 0;
  const fetch = async () => (posts++, reply(": ka\n\ndata: 1\n\n"));
  fetchEventSource("http://127.0.0.1/", { method: "POST", openWhenHidden: true, fetch, onmessage: (m) => JSON.parse(m.data) });
  setTimeout(() => { console.log("sent again:", posts > 1); process.exit(0); }, 2600);
})();
X
seen=$(node seen.cjs)
echo "$seen"
[ "$seen" = 'fetch-event-source ["","1",""] ["1"]
fetch-event-stream ["1","undefined"] ["1"]
eventsource-parser ["1"] ["1"]
sent again: true' ] || { echo "changed: the lines above"; exit 1; }
