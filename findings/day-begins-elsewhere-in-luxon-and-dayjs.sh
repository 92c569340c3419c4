#!/usr/bin/env bash
# luxon 3.7.2, dayjs 1.11.23, moment-timezone 0.6.6, @date-fns/tz 1.5.0 with date-fns 4.4.0, temporal-polyfill 1.0.8 (npm)
#
# Guess: startOf("day") is the first moment of the calendar day, so days of 23 or 25 hours touch and never overlap.
# Behaviour: where clocks are turned at midnight it isn't. Havana and the Azores have the first hour of the day twice:
#   luxon and moment begin the day at the second one (the hour before falls out of the day's range). In Cairo and Beirut
#   midnight is skipped: dayjs begins the day at 23:00 of the day before. A daily budget counts that hour twice or never.
# Seen: see the table that this prints, in UTC; Temporal and date-fns agree in all rows
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm init -y > /dev/null
npm install --silent --no-audit --no-fund luxon@3.7.2 dayjs@1.11.23 moment-timezone@0.6.6 @date-fns/tz@1.5.0 date-fns@4.4.0 temporal-polyfill@1.0.8
cat > seen.mjs <<'X'
import { TZDate } from "@date-fns/tz";
import { startOfDay } from "date-fns";
import dayjs from "dayjs";
import timezone from "dayjs/plugin/timezone.js";
import utc from "dayjs/plugin/utc.js";
import { DateTime } from "luxon";
import moment from "moment-timezone";
import { Temporal } from "temporal-polyfill";
dayjs.extend(utc);
dayjs.extend(timezone);
const text = (moment) => new Date(+moment).toISOString().slice(5, 16);
for (const [zone, day] of [["Africa/Cairo", "2026-04-24"], ["Asia/Beirut", "2026-03-29"], ["America/Havana", "2025-11-02"], ["Atlantic/Azores", "2025-10-26"]]) {
  const at = Temporal.ZonedDateTime.from(`${day}T15:00[${zone}]`).epochMilliseconds;
  console.log(zone, `temporal=${text(Temporal.PlainDate.from(day).toZonedDateTime(zone).epochMilliseconds)}`,
    `date-fns=${text(startOfDay(new TZDate(at, zone)))}`, `luxon=${text(DateTime.fromMillis(at, { zone }).startOf("day"))}`,
    `dayjs=${text(dayjs(at).tz(zone).startOf("day"))}`, `moment=${text(moment.tz(at, zone).startOf("day"))}`);
}
X
seen=$(TZ=UTC node seen.mjs)
echo "$seen"
[ "$seen" = "Africa/Cairo temporal=04-23T22:00 date-fns=04-23T22:00 luxon=04-23T22:00 dayjs=04-23T21:00 moment=04-23T22:00
Asia/Beirut temporal=03-28T22:00 date-fns=03-28T22:00 luxon=03-28T22:00 dayjs=03-28T21:00 moment=03-28T22:00
America/Havana temporal=11-02T04:00 date-fns=11-02T04:00 luxon=11-02T05:00 dayjs=11-02T04:00 moment=11-02T05:00
Atlantic/Azores temporal=10-26T00:00 date-fns=10-26T00:00 luxon=10-26T01:00 dayjs=10-26T00:00 moment=10-26T01:00" ] || { echo "changed: the lines above"; exit 1; }
