#!/usr/bin/env bash
# mutagen 1.48.1, tinytag 2.3.2, soundfile 0.14.0, av 18.1.0 (PyPI), Python's wave; music-metadata 11.16.1 (npm)
#
# Guess: a header tells how long a recording is, or the reader says that it doesn't know.
# Behaviour: audio written to a stream, as speech services send it, can't go back to fill in its length. WAV then has the
#   size 0xFFFFFFFF, FLAC 0 samples (unknown), an MP4 in fragments a duration of 0. Readers believe it: 10 seconds of WAV
#   are 37 hours, FLAC and MP4 are 0 seconds (a free transcription) or 10^14.
# Seen: seconds of a 10 s recording; wave and mutagen and tinytag: WAV 134217.7 (at 16 kHz), music-metadata 10;
#   FLAC: mutagen 0, tinytag 0, soundfile > 10^14, music-metadata undefined; MP4: mutagen 0, tinytag 0, music-metadata 10
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv env
env/bin/pip -q install --disable-pip-version-check mutagen==1.48.1 tinytag==2.3.2 soundfile==0.14.0 av==18.1.0 numpy==2.4.6
npm init -y > /dev/null
npm install --silent --no-audit --no-fund music-metadata@11.16.1
cat > make.py <<'X'
import av, numpy
class Pipe:
    """Takes bytes in order, as a socket does: no seek, no tell."""
    def __init__(self, name): self.file = open(name, "wb")
    def write(self, data): return self.file.write(data)
RATE = 16000
tone = (numpy.sin(numpy.arange(RATE * 10) * 2 * numpy.pi * 440 / RATE) * 8000).astype(numpy.int16).reshape(1, -1)
for name, container, codec, options in (
    ("a.wav", "wav", "pcm_s16le", {}),
    ("a.flac", "flac", "flac", {}),
    ("a.mp4", "mp4", "aac", {"movflags": "frag_keyframe+empty_moov"}),
):
    pipe = Pipe(name)
    with av.open(pipe, "w", format=container, options=options) as out:
        stream = out.add_stream(codec, rate=RATE, layout="mono")
        frame = av.AudioFrame.from_ndarray(tone, format="s16", layout="mono")
        frame.sample_rate = RATE
        frame.pts = 0
        for packet in [*stream.encode(frame), *stream.encode(None)]:
            out.mux(packet)
    pipe.file.close()
# A writer that can't go back leaves the number of samples (36 bits of STREAMINFO) 0, "unknown" (RFC 9639 §8.2).
with open("a.flac", "r+b") as file:
    file.seek(21)
    high = file.read(1)[0]
    file.seek(21)
    file.write(bytes([high & 0xF0, 0, 0, 0, 0]))
X
env/bin/python make.py
cat > seen.py <<'X'
import sys, wave, av, mutagen, soundfile, tinytag
def decoded(name):
    with av.open(name) as source:
        return sum(f.samples for f in source.decode(audio=0)) / 16000
seen = {name: {"decoded": decoded(name), "mutagen": mutagen.File(name).info.length, "tinytag": tinytag.TinyTag.get(name).duration}
        for name in ("a.wav", "a.flac", "a.mp4")}
with wave.open("a.wav") as file:
    seen["a.wav"]["wave"] = file.getnframes() / file.getframerate()
seen["a.flac"]["soundfile"] = soundfile.info("a.flac").duration
for name, row in seen.items():
    print(name, {reader: round(seconds, 1) for reader, seconds in row.items()})
if (any(abs(row["decoded"] - 10) > 0.2 for row in seen.values())
        or any(seen["a.wav"][r] < 100_000 for r in ("mutagen", "tinytag", "wave")) or seen["a.flac"]["soundfile"] < 1e12
        or any(seen[f][r] != 0 for f in ("a.flac", "a.mp4") for r in ("mutagen", "tinytag"))):
    sys.exit("changed: the lines above")
X
env/bin/python seen.py
cat > seen.mjs <<'X'
import { parseFile } from "music-metadata";
const told = [];
for (const name of ["a.wav", "a.flac", "a.mp4"]) told.push((await parseFile(name, { duration: true })).format.duration);
console.log("music-metadata", ...told.map((s) => s && s.toFixed(1)));
const [wav, flac, mp4] = told;
if (Math.abs(wav - 10) > 0.2 || flac !== undefined || Math.abs(mp4 - 10) > 0.2) { console.log("changed: the line above"); process.exit(1); }
X
node seen.mjs
