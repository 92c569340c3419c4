#!/usr/bin/env bash
# tiktoken 0.14.0 (PyPI); js-tiktoken 1.0.21 (npm)
#
# Guess: a fine-tuned model has its base's vocabulary, and a library that knows the base tells it so.
# Behaviour: tiktoken gives gpt-4.1 o200k_base but ft:gpt-4.1… cl100k_base (the prefix ft:gpt-4 takes it), without an
#   error; ft:gpt-4o-mini… is right. The npm port knows no ft: name, nor gpt-5.1 to gpt-5.6, and throws; PyPI's takes any
#   name that begins with gpt-5. A Hindi sentence is 10 tokens in the one vocabulary and 31 in the other.
# Seen: gpt-4.1 o200k_base; ft:gpt-4.1:org::id cl100k_base; ft:gpt-4o-mini:org::id o200k_base; npm: throws for both ft:
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv env
env/bin/pip -q install --disable-pip-version-check tiktoken==0.14.0
npm init -y > /dev/null
npm install --silent --no-audit --no-fund js-tiktoken@1.0.21
cat > seen.py <<'X'
from tiktoken.model import encoding_name_for_model
for model in ("gpt-4.1", "ft:gpt-4.1:org::id", "ft:gpt-4.1-mini:org::id", "gpt-4o-mini", "ft:gpt-4o-mini:org::id", "gpt-5.6"):
    print("PyPI", model, encoding_name_for_model(model))
X
cat > seen.mjs <<'X'
import { getEncodingNameForModel, Tiktoken } from "js-tiktoken/lite";
import o200k from "js-tiktoken/ranks/o200k_base";
import cl100k from "js-tiktoken/ranks/cl100k_base";
const nameOf = (model) => { try { return getEncodingNameForModel(model); } catch { return "throws"; } };
for (const model of ["gpt-4.1", "ft:gpt-4.1:org::id", "ft:gpt-4o-mini:org::id", "gpt-5.6"]) console.log("npm", model, nameOf(model));
const hindi = "\u0928\u092e\u0938\u094d\u0924\u0947 \u0926\u0941\u0928\u093f\u092f\u093e, \u092f\u0939 \u090f\u0915 \u092a\u0930\u0940\u0915\u094d\u0937\u0923 \u0939\u0948";
console.log("o200k_base", new Tiktoken(o200k).encode(hindi).length, "cl100k_base", new Tiktoken(cl100k).encode(hindi).length);
X
seen=$(env/bin/python seen.py; node seen.mjs)
echo "$seen"
[ "$seen" = "PyPI gpt-4.1 o200k_base
PyPI ft:gpt-4.1:org::id cl100k_base
PyPI ft:gpt-4.1-mini:org::id cl100k_base
PyPI gpt-4o-mini o200k_base
PyPI ft:gpt-4o-mini:org::id o200k_base
PyPI gpt-5.6 o200k_base
npm gpt-4.1 o200k_base
npm ft:gpt-4.1:org::id throws
npm ft:gpt-4o-mini:org::id throws
npm gpt-5.6 throws
o200k_base 10 cl100k_base 31" ] || { echo "changed: the lines above"; exit 1; }
