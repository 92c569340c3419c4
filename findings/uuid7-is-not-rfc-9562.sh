#!/usr/bin/env bash
# uuid7 0.1.0; uuid6 2025.0.1, uuid_utils 1.2.0 beside it (PyPI)
#
# Guess: the package named uuid7 makes RFC 9562's version 7: the first 48 bits are milliseconds since 1970.
# Behaviour: it makes an early draft's layout (36 bits of seconds, then a fraction) with the same version digit 7, so every
#   check of the form passes, and whoever reads the time out of an id, or sorts and pages by id among ids of other
#   libraries, gets the 23rd century.
# Seen: for 2026-12-01T00:00:00Z: uuid7 tells a time in 2203; uuid6 and uuid_utils tell the present
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv env
env/bin/pip -q install --disable-pip-version-check uuid7==0.1.0 uuid6==2025.0.1 uuid_utils==1.2.0
cat > seen.py <<'X'
import datetime, sys, time
import uuid6, uuid_extensions, uuid_utils
def moment(uuid):
    return datetime.datetime.fromtimestamp(int(str(uuid).replace("-", "")[:12], 16) / 1000, datetime.timezone.utc)
fixed = uuid_extensions.uuid7(ns=int(datetime.datetime(2026, 12, 1, tzinfo=datetime.timezone.utc).timestamp()) * 10**9)
print("uuid7", fixed, "version", fixed.version, "tells", moment(fixed).isoformat())
now = datetime.datetime.now(datetime.timezone.utc)
others = {"uuid6": moment(uuid6.uuid7()), "uuid_utils": moment(uuid_utils.uuid7())}
for name, told in others.items():
    print(name, "is off by less than a second:", abs((told - now).total_seconds()) < 1)
if fixed.version != 7 or moment(fixed).year != 2203 or any(abs((t - now).total_seconds()) > 1 for t in others.values()):
    sys.exit("changed: the lines above")
X
env/bin/python seen.py
