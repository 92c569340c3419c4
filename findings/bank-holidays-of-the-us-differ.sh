#!/usr/bin/env bash
# holidays 0.109, workalendar 17.0.0, pandas 3.1.1 (PyPI); date-holidays 3.37.0 (npm)
#
# Guess: a holiday on a Saturday is observed on the Friday before, so payouts rest on it; a calendar named after the
#   Federal Reserve knows its days.
# Behaviour: the Federal Reserve Banks, over which US payouts go, are open on such a Friday. holidays' financial calendar
#   FED knows; holidays.US, pandas' USFederalHolidayCalendar, date-holidays' US and workalendar's FederalReserveSystem all
#   close 2026-07-03, an ordinary banking day.
# Seen: closed on Friday 2026-07-03: holidays.US yes, holidays FED no, workalendar FederalReserveSystem yes, pandas yes,
#   date-holidays yes
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv env
env/bin/pip -q install --disable-pip-version-check holidays==0.109 workalendar==17.0.0 pandas==3.1.1 setuptools==80.9.0
npm init -y > /dev/null
npm install --silent --no-audit --no-fund date-holidays@3.37.0
cat > seen.py <<'X'
import datetime, warnings
warnings.simplefilter("ignore")
import holidays
from pandas.tseries.holiday import USFederalHolidayCalendar
from workalendar.usa import FederalReserveSystem
day = datetime.date(2026, 7, 3)
print("holidays.US", day in holidays.US(years=2026))
print("holidays FED", day in holidays.financial_holidays("FED", years=2026))
print("workalendar FederalReserveSystem", not FederalReserveSystem().is_working_day(day))
print("pandas USFederalHolidayCalendar", day in {d.date() for d in USFederalHolidayCalendar().holidays("2026-01-01", "2026-12-31")})
X
cat > seen.mjs <<'X'
import Holidays from "date-holidays";
const of = new Holidays("US").isHoliday(new Date("2026-07-03T16:00:00Z"));
console.log("date-holidays US", of ? of.some((day) => day.type === "public") : false);
X
seen=$(env/bin/python seen.py; node seen.mjs)
echo "$seen" | sed 's/[Tt]rue/closed/; s/[Ff]alse/open/'
[ "$seen" = "holidays.US True
holidays FED False
workalendar FederalReserveSystem True
pandas USFederalHolidayCalendar True
date-holidays US true" ] || { echo "changed: the lines above"; exit 1; }
