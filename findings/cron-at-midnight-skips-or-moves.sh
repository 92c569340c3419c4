#!/usr/bin/env bash
# cron-parser 5.10.6, croner 11.0.1 (npm); APScheduler 3.11.3, croniter 7.0.0, cronsim 2.8 (PyPI)
#
# Guess: `0 0 * * *` in a zone fires once each calendar day, at its first moment.
# Behaviour: in Cairo and Beirut, where clocks skip midnight once a year, APScheduler doesn't fire on that day at all: a
#   daily reset or payout is left out. In Havana, which has the hour twice, cron-parser (BullMQ, pg-boss) fires an hour
#   after the day began, APScheduler and croniter fire twice: a daily grant is given twice. croner and cronsim are right.
# Seen: fires on that local day, in UTC; Cairo 2026-04-24: APScheduler none, the others 22:00; Havana 2025-11-02:
#   cron-parser 05:00, croner and cronsim 04:00, APScheduler and croniter 04:00 and 05:00
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv env
env/bin/pip -q install --disable-pip-version-check APScheduler==3.11.3 croniter==7.0.0 cronsim==2.8 tzdata==2026.6
npm init -y > /dev/null
npm install --silent --no-audit --no-fund cron-parser@5.10.6 croner@11.0.1
cat > seen.mjs <<'X'
import { CronExpressionParser } from "cron-parser";
import { Cron } from "croner";
for (const [tz, from, to] of [["Africa/Cairo", "2026-04-23T12:00:00Z", "2026-04-24T12:00:00Z"], ["America/Havana", "2025-11-01T12:00:00Z", "2025-11-02T12:00:00Z"]]) {
  const parsed = CronExpressionParser.parse("0 0 * * *", { tz, currentDate: new Date(from) });
  const fires = { "cron-parser": [1, 2, 3].map(() => parsed.next().toDate()), croner: new Cron("0 0 * * *", { timezone: tz, paused: true }).nextRuns(3, new Date(from)) };
  for (const [name, dates] of Object.entries(fires))
    console.log(tz, name, ...dates.filter((date) => date < new Date(to)).map((date) => date.toISOString().slice(11, 16)));
}
X
cat > seen.py <<'X'
import warnings
warnings.simplefilter("ignore")
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo
from apscheduler.triggers.cron import CronTrigger
from croniter import croniter
from cronsim import CronSim
for name, start in (("Africa/Cairo", datetime(2026, 4, 23, 12, tzinfo=timezone.utc)), ("America/Havana", datetime(2025, 11, 1, 12, tzinfo=timezone.utc))):
    zone, end = ZoneInfo(name), start + timedelta(days=1)
    begin = start.astimezone(zone)
    def told(library, dates):
        times = [d.astimezone(timezone.utc) for d in dates]
        print(" ".join([name, library, *(t.strftime("%H:%M") for t in times if t < end)]))
    trigger, last, dates = CronTrigger.from_crontab("0 0 * * *", timezone=zone), None, []
    for _ in range(3):
        last = trigger.get_next_fire_time(last, last or begin)
        dates.append(last)
    told("APScheduler", dates)
    iterator = croniter("0 0 * * *", begin)
    told("croniter", [iterator.get_next(datetime) for _ in range(3)])
    iterator = CronSim("0 0 * * *", begin)
    told("cronsim", [next(iterator) for _ in range(3)])
X
seen=$(TZ=UTC node seen.mjs; env/bin/python seen.py)
echo "$seen"
[ "$seen" = "Africa/Cairo cron-parser 22:00
Africa/Cairo croner 22:00
America/Havana cron-parser 05:00
America/Havana croner 04:00
Africa/Cairo APScheduler
Africa/Cairo croniter 22:00
Africa/Cairo cronsim 22:00
America/Havana APScheduler 04:00 05:00
America/Havana croniter 04:00 05:00
America/Havana cronsim 04:00" ] || { echo "changed: the lines above"; exit 1; }
