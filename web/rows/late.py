"""Appointments that were given up late, on somebody's record: excused or not, and what staff may do about it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.urls import reverse
from django.utils.translation import gettext as _

from people.models import Patient
from scheduling.enums import BookingStatus
from scheduling.models import Booking
from web import format as figures
from web.rows.excuses import excuse_word
from web.rows.sessions import day_of, icon_of, kind_of, times_of

LOOKS_BACK = timedelta(days=60)
MOST_SHOWN = 20


@dataclass(frozen=True)
class LateView:
    """One of them. `reasons` are what it may be excused for, each with its word; none where the account may not."""

    key: int
    when: str
    icon: str
    described: str
    excuse: str
    reasons: Sequence[tuple[str, str]]
    excuse_url: str
    back_url: str


def late_cancellations(person: Patient, *, now: datetime) -> list[Booking]:
    """Those of the last weeks, the latest first, with what the record shows of them."""
    rows = Booking.objects.filter(
        patient=person, status=BookingStatus.CANCELLED, late=True, cancelled_at__gte=now - LOOKS_BACK
    )
    rows = rows.select_related("session__site", "session__program", "late_excused_by")
    return list(rows.order_by("-cancelled_at", "-pk")[:MOST_SHOWN])


def late_view(booking: Booking, *, today: date, may_excuse: Mapping[int, bool]) -> LateView:
    """`may_excuse` says by session whether the account may."""
    session, may = booking.session, may_excuse.get(booking.session_id, False)
    cancelled_at = (booking.cancelled_at or booking.changed_at).astimezone(session.site.zone)
    said = _("%(kind)s · given up %(day)s, %(time)s") % {
        "kind": kind_of(session),
        "day": figures.short_day(cancelled_at.date()),
        "time": figures.clock(cancelled_at, zone=session.site.zone),
    }
    args = [booking.patient_id, booking.pk]
    return LateView(
        key=booking.pk,
        when=f"{figures.relative_day(day_of(session), today=today)}, {times_of(session)}",
        icon=icon_of(session),
        described=said,
        excuse=_excuse(booking),
        reasons=[(one, excuse_word(one)) for one in session.program.reasons_to_excuse] if may else (),
        excuse_url=reverse("patient-excuse", args=args),
        back_url=reverse("patient-excuse-back", args=args),
    )


def _excuse(booking: Booking) -> str:
    if booking.late_excused_at is None:
        return ""
    word = excuse_word(booking.late_excuse_reason)
    by = booking.late_excused_by.name if booking.late_excused_by else ""
    sentence = _("Excused: %(reason)s, by %(name)s") if by else _("Excused: %(reason)s")
    return sentence % {"reason": word, "name": by}
