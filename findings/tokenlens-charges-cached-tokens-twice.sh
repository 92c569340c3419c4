#!/usr/bin/env bash
# tokenlens 1.3.1 (npm), its own catalogue
#
# Guess: cached tokens are a part of prompt_tokens (OpenAI) and are priced as cached instead of as input; a model without a
#   price has no cost.
# Behaviour: OpenAI's prompt_tokens are all priced in full and the cached ones once more on top; with 9,000 of 10,000
#   cached the estimate is about twice what is billed. Gemini's usage is read as 0 tokens. openai/o3, in the catalogue,
#   costs 0. "openai:gpt-5" and "openai/gpt-5" are different entries: a context of 272,000 and of 400,000.
# Seen: gpt-5, 10,000 in (9,000 cached), 1,000 out: USD 0.023625 where the catalogue's own prices make 0.012375
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm init -y > /dev/null
npm install --silent --no-audit --no-fund tokenlens@1.3.1
cat > seen.mjs <<'X'
import { getUsage, normalizeUsage } from "tokenlens";
const usage = { prompt_tokens: 10000, completion_tokens: 1000, total_tokens: 11000, prompt_tokens_details: { cached_tokens: 9000 } };
const costOf = async (modelId, some) => (await getUsage({ modelId, usage: some })).costUSD?.totalUSD;
const asked = await costOf("openai/gpt-5", usage);
// What is due at its own prices: the uncached 1,000 as input, the 9,000 as cached, the output.
const { costUSD } = await getUsage({ modelId: "openai/gpt-5", usage });
const due = costUSD.inputUSD / 10 + costUSD.cacheReadUSD + costUSD.outputUSD;
const o3 = await costOf("openai/o3", usage);
const gemini = normalizeUsage({ promptTokenCount: 10000, candidatesTokenCount: 200, totalTokenCount: 10200 });
const contexts = [];
for (const modelId of ["openai:gpt-5", "openai/gpt-5"]) contexts.push((await getUsage({ modelId, usage })).context.totalMax);
const seen = `${asked.toFixed(6)} ${due.toFixed(6)} o3=${o3} gemini=${gemini.total} contexts=${contexts}`;
console.log(seen);
if (seen !== "0.023625 0.012375 o3=0 gemini=0 contexts=272000,400000") { console.log("changed: the line above"); process.exit(1); }
X
node seen.mjs
