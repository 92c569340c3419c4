#!/usr/bin/env bash
# @anthropic-ai/tokenizer 0.0.4 (npm): Claude's published vocabulary
#
# Guess: a text has at most as many tokens as it has bytes in UTF-8, whatever the tokenizer: so bytes are a safe bound for
#   what an input can cost before it is sent.
# Behaviour: the text is normalised first (NFKC), and compatibility characters become many others: one ligature of 3 bytes
#   is 15 tokens, 5 times its bytes. A bound by bytes must count those characters apart.
# Seen: U+FDFA: 3 bytes, 15 tokens; U+2167: 3 bytes, 2 tokens; "Hello": 5 bytes, 1 token
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm init -y > /dev/null
npm install --silent --no-audit --no-fund @anthropic-ai/tokenizer@0.0.4
cat > seen.mjs <<'X'
import { countTokens } from "@anthropic-ai/tokenizer";
const seen = Object.fromEntries(
  ["\uFDFA", "\u2167", "Hello"].map((text) => [text, { bytes: Buffer.byteLength(text), tokens: countTokens(text) }]),
);
console.log(JSON.stringify(seen));
const ligature = seen["\uFDFA"];
if (!(ligature.tokens > ligature.bytes * 4)) { console.log("changed: bytes bound the ligature's tokens"); process.exit(1); }
if (seen.Hello.tokens !== 1) { console.log("changed: Hello is no single token"); process.exit(1); }
X
node seen.mjs
