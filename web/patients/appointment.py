"""One appointment as its card shows it: when, where, with whom, and what to do about it."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.translation import gettext as _

from attendance.services.check_in import may_check_in
from scheduling.enums import BookingStatus, Mode
from scheduling.models import Booking, Session
from scheduling.services.telehealth import is_open, opens_later
from web import format as figures
from web.components.actions import Action
from web.patients import words

MAPS = "https://www.google.com/maps/dir/?"


@dataclass(frozen=True)
class AppointmentCard:
    """`heading` is the day and the times; `join` is there only for those booked, from 15 minutes before the start."""

    booking: Booking
    heading: str
    until: str
    kind: str
    kind_icon: str
    icon: str
    place: str
    aside: str
    note: str
    opens_later: bool
    join: Action | None
    actions: tuple[Action, ...]


def appointment_card(booking: Booking, *, zone: ZoneInfo, today: date, now: datetime) -> AppointmentCard:
    """The card of a booking with its session's site, room and counselors."""
    session = booking.session
    by_video = session.mode == Mode.TELEHEALTH
    join = _join(booking, now=now)
    heading = f"{words.day_name(session.starts_at, zone, today=today)}, {words.times(session, zone)}"
    title, aside, note = _place(session)
    return AppointmentCard(
        booking=booking,
        heading=heading,
        until=figures.time_until(max(0, -((now - session.starts_at) // timedelta(minutes=1)))),
        kind=words.kind_word(session),
        kind_icon=words.kind_icon(session),
        icon="camera-video" if by_video else "door-open",
        place=title,
        aside=aside,
        note=note,
        opens_later=booking.status == BookingStatus.BOOKED and opens_later(session, now=now),
        join=join,
        actions=tuple(_actions(booking, now=now)),
    )


def _join(booking: Booking, *, now: datetime) -> Action | None:
    session = booking.session
    booked = booking.status == BookingStatus.BOOKED and booking.live
    if not (booked and is_open(session, now=now)):
        return None
    attributes = {"rel": "noreferrer", "target": "_blank"}
    return Action(
        _("Join by video"),
        session.telehealth_url,
        look="primary",
        icon="camera-video",
        wide=True,
        attributes=attributes,
    )


def _place(session: Session) -> tuple[str, str, str]:
    """Title, what follows it, and the line beneath."""
    counselors = words.with_whom(session)
    led_by = _("with %(names)s") % {"names": counselors} if counselors else ""
    if session.mode == Mode.TELEHEALTH:
        return _("By video"), "", led_by
    room = session.room.name if session.room else ""
    lines = [part for part in (room, session.site.directions, session.site.address) if part]
    title = lines[0] if lines else _("At your clinic")
    aside = session.site.directions if room else ""
    address = session.site.address if session.site.address != title else ""
    return title, aside, " · ".join(part for part in (address, led_by) if part)


def _actions(booking: Booking, *, now: datetime) -> list[Action]:
    session = booking.session
    actions = []
    if may_check_in(booking, now=now):
        actions.append(Action(_("Check in"), reverse("check-in"), icon="box-arrow-in-right"))
    if session.mode != Mode.TELEHEALTH and session.site.address and booking.status != BookingStatus.OFFERED:
        query = urlencode({"api": 1, "destination": session.site.address})
        leaving = {"rel": "noreferrer", "target": "_blank"}
        actions.append(Action(_("Directions"), MAPS + query, icon="signpost-split", attributes=leaving))
    if session.site.phone and booking.status == BookingStatus.BOOKED:
        actions.append(Action(_("I’m late"), f"tel:{session.site.phone}", hint=_("Call")))
    if now < session.starts_at:
        actions += _ways_out(booking)
    return actions


def _ways_out(booking: Booking) -> list[Action]:
    """What may be done about one that is ahead: exchange it or give it back, or leave the line."""
    cancel = reverse("cancel-appointment", args=[booking.pk])
    if booking.status == BookingStatus.WAITLISTED:
        return [Action(_("Leave the line"), cancel)]
    if booking.status == BookingStatus.BOOKED and booking.marked_at is None:
        move = Action(_("Another time"), reverse("move-appointment", args=[booking.pk]))
        return [move, Action(_("Can’t come"), cancel)]
    return []
