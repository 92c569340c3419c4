#!/usr/bin/env bash
# mutagen 1.48.1, soundfile 0.14.0, tinytag 2.3.2, av 18.1.0 (PyPI); music-metadata 11.16.1 (npm)
#
# Guess: the length of an MP3 is in the file, or comes out of its size and bit rate within a frame or two.
# Behaviour: a variable-rate MP3 without a Xing header (valid, and what streaming encoders write) has no length; readers
#   multiply the size with the rate of the first frames, so a quiet or a loud start makes the length wrong by half or more,
#   either way. Only counting frames (tinytag; music-metadata with duration: true) or decoding is right. For raw AAC
#   (ADTS), tinytag says 0.06 of 10 seconds.
# Seen: seconds of a 10 s MP3 with a quiet start: see the lines; decoded 10.0, tinytag 10.0, mutagen, soundfile and the
#   container's own duration each off by more than 30 %, music-metadata undefined, with duration: true 10.0
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv env
env/bin/pip -q install --disable-pip-version-check mutagen==1.48.1 tinytag==2.3.2 soundfile==0.14.0 av==18.1.0 numpy==2.4.6
npm init -y > /dev/null
npm install --silent --no-audit --no-fund music-metadata@11.16.1
cat > seen.py <<'X'
import sys, av, mutagen, numpy, soundfile, tinytag
RATE = 44100
sound = numpy.concatenate([numpy.sin(numpy.arange(RATE * 8) * 0.06) * 4, numpy.random.default_rng(1).normal(0, 6000, RATE * 2)])
sound = sound.clip(-32000, 32000).astype(numpy.int16).reshape(1, -1)
for name, container, codec, options in (("a.mp3", "mp3", "libmp3lame", {"write_xing": "0"}), ("a.aac", "adts", "aac", {})):
    with av.open(name, "w", format=container, options=options) as out:
        stream = out.add_stream(codec, rate=RATE, layout="mono", options={"flags": "+qscale", "global_quality": "0"} if codec == "libmp3lame" else {})
        frame = av.AudioFrame.from_ndarray(sound, format="s16", layout="mono")
        frame.sample_rate, frame.pts = RATE, 0
        for packet in [*stream.encode(frame), *stream.encode(None)]:
            out.mux(packet)
def decoded(name):
    with av.open(name) as source:
        return sum(f.samples for f in source.decode(audio=0)) / RATE
mp3 = {"decoded": decoded("a.mp3"), "tinytag": tinytag.TinyTag.get("a.mp3").duration, "mutagen": mutagen.File("a.mp3").info.length,
       "soundfile": soundfile.info("a.mp3").duration, "av": av.open("a.mp3").duration / 1e6}
aac = {"decoded": decoded("a.aac"), "tinytag": tinytag.TinyTag.get("a.aac").duration}
for name, row in (("a.mp3", mp3), ("a.aac", aac)):
    print(name, {reader: round(seconds, 2) for reader, seconds in row.items()})
wrong = [r for r, s in mp3.items() if abs(s - 10) > 3]
if wrong != ["mutagen", "soundfile", "av"] or abs(aac["decoded"] - 10) > 0.2 or aac["tinytag"] > 1:
    sys.exit(f"changed: wrong are {wrong}")
X
env/bin/python seen.py
cat > seen.mjs <<'X'
import { parseFile } from "music-metadata";
const plain = (await parseFile("a.mp3")).format.duration;
const counted = (await parseFile("a.mp3", { duration: true })).format.duration;
console.log("music-metadata", plain, "with duration: true", counted.toFixed(2));
if (plain !== undefined || Math.abs(counted - 10) > 0.2) { console.log("changed: the line above"); process.exit(1); }
X
node seen.mjs
