"""What the demo's counselors hold, speak and work: hours that hold all they lead, and a day on which one is away."""

from collections import defaultdict
from datetime import date, datetime, time, timedelta
from itertools import chain

from people.domain.time import resolve_wall
from web.demo.booking import Diary
from web.demo.sheet_set import SheetSet
from web.demo.timetable import CODES, TRACKS

A_DAY = timedelta(days=1)
DAILY_MAXIMUM = 600
SPANISH_SPEAKERS = 3
"""One counselor of so many speaks Spanish too."""


def languages_of(number: int) -> list[str]:
    """What the counselor with the number speaks."""
    return ["en", "es"] if number % SPANISH_SPEAKERS == 0 else ["en"]


def put_down_credential(sheets: SheetSet, counselor: int, code: str, *, today: date) -> None:
    """Their licence, in force for a year or two more."""
    number = f"{1000 + counselor * 7919 % 9000}"
    sheets.held_credentials.add(counselor, code, number, today + timedelta(days=300 + counselor * 37 % 400))


def put_down_hours(sheets: SheetSet, counselor: int, lead: int, *, site: int, since: date) -> None:
    """One row for all days with the same hours: from an hour before the first session to an hour after the last."""
    days: dict[tuple[str, str], list[int]] = defaultdict(list)
    for weekday in range(7):
        hours = _hours(lead, weekday)
        if hours is not None:
            days[hours].append(weekday)
    monday = since - timedelta(days=since.weekday())
    for (starts, ends), weekdays in days.items():
        rule = f"FREQ=WEEKLY;BYDAY={','.join(CODES[day] for day in weekdays)}"
        sheets.availability.add(counselor, site, f"{monday}T{starts}", f"{monday}T{ends}", rule, monday)


def _hours(lead: int, weekday: int) -> tuple[str, str] | None:
    led = [
        template
        for template in chain.from_iterable(track.templates for track in TRACKS)
        if template.lead == lead and weekday in template.days
    ]
    if not led:
        return None
    first = min(one.starts_at.hour for one in led)
    last = max(-(-(one.starts_at.hour * 60 + one.starts_at.minute + one.minutes) // 60) for one in led)
    return f"{max(6, first - 1):02d}:00", f"{min(23, last + 1):02d}:00"


def put_down_day_off(
    sheets: SheetSet, diary: Diary, counselors: dict[tuple[int, int], int], *, leader: int, today: date
) -> None:
    """Somebody else than the demo counselor is away on one of the next days, and nobody covers it yet."""
    ahead = sorted(
        (one.day, one.slot.template.lead)
        for weeks in diary.weeks.values()
        for grid in weeks
        for one in grid.occurrences()
        if one.group == 0
        and one.slot.template.lead != leader
        and today + A_DAY < one.day <= today + 6 * A_DAY
        and one.slot.template.kind == "group"
        and one.called_off_at is None
    )
    if not ahead:
        return
    day, lead = ahead[0]
    sheets.time_off.add(
        counselors[0, lead], _midnight(day, diary), _midnight(day + A_DAY, diary), "Training", diary.now
    )


def _midnight(day: date, diary: Diary) -> datetime:
    return resolve_wall(datetime.combine(day, time.min), diary.zone)
