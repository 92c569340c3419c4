#!/usr/bin/env bash
# image-size 2.1.0, probe-image-size 7.5.0, sharp 0.35.5 (npm); imagesize 2.0.1 (PyPI)
#
# Guess: the size of an SVG in CSS units is what CSS says: an inch is 96 px; a file with only a viewBox has the viewBox's.
# Behaviour: width="4in" height="2in" is 384×192 for image-size and imagesize, 288×144 for sharp (72 dots per inch), and
#   4×2 for probe-image-size, with the unit beside it in wUnits. A price per megapixel differs by up to 9,216 times.
#   For a viewBox alone imagesize answers with the size of the first shape in the file.
# Seen: 4in×2in: 384x192, 4x2in, 288x144, 384x192; viewBox 400×200 with a rect of 10×10: 400x200 thrice, imagesize 10x10
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv env
env/bin/pip -q install --disable-pip-version-check imagesize==2.0.1
npm init -y > /dev/null
npm install --silent --no-audit --no-fund image-size@2.1.0 probe-image-size@7.5.0 sharp@0.35.5
shape='<rect width="10" height="10"/></svg>'
echo "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"4in\" height=\"2in\">$shape" > inches.svg
echo "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 400 200\">$shape" > viewbox.svg
cat > seen.mjs <<'X'
import { readFileSync } from "node:fs";
import { imageSize } from "image-size";
import probe from "probe-image-size";
import sharp from "sharp";
for (const name of ["inches.svg", "viewbox.svg"]) {
  const bytes = readFileSync(name);
  const [a, b, c] = [imageSize(bytes), probe.sync(bytes), await sharp(bytes).metadata()];
  console.log(name, `image-size=${a.width}x${a.height} probe-image-size=${b.width}x${b.height}${b.wUnits} sharp=${c.width}x${c.height}`);
}
X
cat > seen.py <<'X'
import imagesize
for name in ("inches.svg", "viewbox.svg"):
    print(name, "imagesize=%dx%d" % imagesize.get(name))
X
seen=$(node seen.mjs; env/bin/python seen.py)
echo "$seen"
[ "$seen" = "inches.svg image-size=384x192 probe-image-size=4x2in sharp=288x144
viewbox.svg image-size=400x200 probe-image-size=400x200px sharp=400x200
inches.svg imagesize=384x192
viewbox.svg imagesize=10x10" ] || { echo "changed: the lines above"; exit 1; }
