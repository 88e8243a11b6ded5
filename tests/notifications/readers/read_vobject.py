"""Reads a feed with vobject: prints [uid, start, end, status, summary, location] of each event, in UTC."""

import datetime
import json
import sys
import warnings
from pathlib import Path

warnings.simplefilter("ignore")
import vobject  # noqa: E402  (it warns while it loads)

calendar = vobject.readOne(Path(sys.argv[1]).read_bytes().decode())


def seconds(value: datetime.datetime) -> str:
    return value.astimezone(datetime.UTC).isoformat()


rows = [
    [
        event.uid.value,
        seconds(event.dtstart.value),
        seconds(event.dtend.value),
        event.status.value,
        event.summary.value,
        event.location.value if hasattr(event, "location") else None,
    ]
    for event in calendar.vevent_list
]
zones = len(getattr(calendar, "vtimezone_list", []))
sys.stdout.write(json.dumps({"name": calendar.contents["name"][0].value, "zones": zones, "rows": rows}))
