#!/usr/bin/env bash
# mutagen 1.48.1, tinytag 2.3.2, av 18.1.0 (PyPI); music-metadata 11.16.1, mediabunny 1.61.0 (npm)
#
# Guess: the last page of an Ogg file tells the length of all of it.
# Behaviour: an Ogg file may be a chain of streams (RFC 3533 §4; a voice bot that joins its sentences makes one), each of
#   which counts from 0. All these readers tell the length of one link; a decoder plays, and a service bills, all of them.
# Seen: two links of 10 s: mutagen 10, tinytag 10, music-metadata 10, mediabunny 10; decoded 20
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv env
env/bin/pip -q install --disable-pip-version-check mutagen==1.48.1 tinytag==2.3.2 av==18.1.0 numpy==2.4.6
npm init -y > /dev/null
npm install --silent --no-audit --no-fund music-metadata@11.16.1 mediabunny@1.61.0
cat > seen.py <<'X'
import sys, av, mutagen, numpy, tinytag
RATE = 48000
sound = (numpy.sin(numpy.arange(RATE * 10) * 0.06) * 8000).astype(numpy.int16).reshape(1, -1)
links = b""
for link in (1, 2):
    with av.open("link.opus", "w", format="opus", options={"serial_offset": str(link)}) as out:
        stream = out.add_stream("libopus", rate=RATE, layout="mono")
        frame = av.AudioFrame.from_ndarray(sound, format="s16", layout="mono")
        frame.sample_rate, frame.pts = RATE, 0
        for packet in [*stream.encode(frame), *stream.encode(None)]:
            out.mux(packet)
    links += open("link.opus", "rb").read()
open("a.opus", "wb").write(links)
with av.open("a.opus") as source:
    decoded = sum(f.samples for f in source.decode(audio=0)) / RATE
told = {"mutagen": mutagen.File("a.opus").info.length, "tinytag": tinytag.TinyTag.get("a.opus").duration}
print("decoded", round(decoded, 1), {reader: round(seconds, 1) for reader, seconds in told.items()})
if abs(decoded - 20) > 0.2 or any(abs(s - 10) > 0.2 for s in told.values()):
    sys.exit("changed: the line above")
X
env/bin/python seen.py
cat > seen.mjs <<'X'
import { readFileSync } from "node:fs";
import { parseFile } from "music-metadata";
import { ALL_FORMATS, BufferSource, Input } from "mediabunny";
const told = {
  "music-metadata": (await parseFile("a.opus", { duration: true })).format.duration,
  mediabunny: await new Input({ source: new BufferSource(readFileSync("a.opus")), formats: ALL_FORMATS }).computeDuration(),
};
console.log(told);
if (Object.values(told).some((seconds) => Math.abs(seconds - 10) > 0.2)) { console.log("changed: the line above"); process.exit(1); }
X
node seen.mjs
