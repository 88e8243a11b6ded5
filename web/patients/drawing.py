"""The drawing of a patient's week: work and travel, what was done, what is booked, and what would repair it."""

from collections.abc import Iterable
from datetime import date

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from people.queries import closures_in
from scheduling.enums import BookingStatus
from scheduling.models import Booking, Session
from scheduling.services.outlook import WeekOutlook
from web.components.week_grid import GridItem, WeekGrid, build_week_grid
from web.patients import words
from web.patients.repair import book_url
from web.patients.visit import PatientWeek

LEAST_HOURS = (7, 21)


def draw_week(
    one: PatientWeek, outlook: WeekOutlook, bookings: Iterable[Booking], *, offered: Iterable[Session] = ()
) -> WeekGrid:
    """The grid of the week. `offered` are the sessions that are proposed; missed appointments are left out."""
    items = [*_work(outlook), *_appointments(bookings)]
    for session in offered:
        day = session.starts_at.astimezone(one.zone).date().isoformat()
        url = f"{book_url(one, day=day)}#session-{session.pk}"
        minutes = session.clinical_minutes
        items.append(GridItem(session.starts_at, session.ends_at, "offered", _("Add"), url=url, minutes=minutes))
    closed = dict.fromkeys(_closed_days(one), pgettext("a site", "Closed"))
    return build_week_grid(one.week.days, items, one.zone, now=one.now, closed=closed, hours=LEAST_HOURS)


def _closed_days(one: PatientWeek) -> list[date]:
    """The days on which the doors of the home site stay shut from midnight to midnight."""
    whole = [row for row in closures_in(one.admission.site, one.week.interval) if row.starts_at is None]
    return [on for on in one.week.days if any(row.starts_on <= on <= row.ends_on for row in whole)]


def _work(outlook: WeekOutlook) -> Iterable[GridItem]:
    for busy in outlook.calendar.value.busy:
        yield GridItem(busy.work.start, busy.work.end, "work", _("Work"))
        for way in (busy.travel_before, busy.travel_after):
            if way is not None:
                yield GridItem(way.start, way.end, "travel", _("Travel"))


def _appointments(bookings: Iterable[Booking]) -> Iterable[GridItem]:
    for row in bookings:
        if row.marked_at is not None and not row.counted_minutes:
            continue
        yield GridItem(
            row.starts_at,
            row.ends_at,
            "done" if row.marked_at is not None else "booked",
            _("Held for you") if row.status == BookingStatus.OFFERED else words.kind_word(row.session),
            words.kind_icon(row.session),
            url=reverse("appointment", args=[row.pk]),
            minutes=row.counted_minutes,
        )
