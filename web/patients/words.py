"""How a patient's page names things: group, one-to-one, family, appointment. Never a title, a topic, or a name but
the counselor's."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from people.domain.time import Interval, local_date
from scheduling.domain.repair import InTheWay, WhyNot
from scheduling.domain.work_hours import Busy
from scheduling.enums import Kind, Mode
from scheduling.models import Session
from scheduling.queries import AdmissionCalendar
from web import format as figures

ICONS = {Kind.INDIVIDUAL: "person-fill", Kind.GROUP: "people-fill", Kind.FAMILY: "house-heart-fill"}
VIDEO_ICON = "camera-video-fill"


def kind_word(session: Session) -> str:
    """ "Group", "One-to-one", "Family"."""
    return str(Kind(session.kind).label)


def kind_icon(session: Session) -> str:
    """The sign of the kind; a camera where it is by video alone."""
    return VIDEO_ICON if session.mode == Mode.TELEHEALTH else ICONS[Kind(session.kind)]


def kind_and_place(session: Session, *, home_site_id: int) -> str:
    """ "Group, room 2", "One-to-one, Dana K.", "Group, by video"; the address where it is at another site."""
    parts = [kind_word(session)]
    counselors = with_whom(session)
    if session.kind == Kind.INDIVIDUAL and counselors:
        parts.append(counselors)
    elif session.room is not None and session.mode != Mode.TELEHEALTH:
        parts.append(session.room.name)
    if session.mode == Mode.TELEHEALTH:
        parts.append(_("by video"))
    elif session.mode == Mode.EITHER:
        parts.append(_("here or by video"))
    if session.site_id != home_site_id and session.mode != Mode.TELEHEALTH:
        parts.append(session.site.address or session.site.name)
    return ", ".join(parts)


def with_whom(session: Session) -> str:
    """The counselors as patients know them: "Dana K. and Marco L."."""
    names = [counselor.short_name for counselor in session.counselors.all()]
    if len(names) < 2:
        return "".join(names)
    return _("%(names)s and %(last)s") % {"names": ", ".join(names[:-1]), "last": names[-1]}


def seats_left(session: Session) -> str:
    """ "4 seats"."""
    return seats(session.seats_left)


def seats(count: int) -> str:
    """ "1 seat", "4 seats"."""
    return ngettext("%(count)d seat", "%(count)d seats", count) % {"count": count}


def times(moment: Session | Interval | Any, zone: ZoneInfo) -> str:
    """ "9 am – noon", in the home zone."""
    starts, ends = (moment.start, moment.end) if isinstance(moment, Interval) else (moment.starts_at, moment.ends_at)
    return figures.time_range(starts, ends, zone=zone, spaced=True)


def day_name(instant: datetime, zone: ZoneInfo, *, today: date) -> str:
    """ "Today", "Saturday", "Sat 28 Nov"."""
    return figures.relative_day(local_date(instant, zone), today=today)


def day_inside(instant: datetime, zone: ZoneInfo, *, today: date) -> str:
    """The day's name inside a sentence: "today", "Saturday"."""
    name = day_name(instant, zone, today=today)
    is_near = abs((local_date(instant, zone) - today).days) < 2
    return name[:1].lower() + name[1:] if is_near or not _is_english() else name


def day_and_times_inside(moment: Any, zone: ZoneInfo, *, today: date) -> str:
    """ "today 6 – 9 pm", inside a sentence."""
    return f"{day_inside(moment.starts_at, zone, today=today)} {times(moment, zone)}"


def day_and_times(moment: Any, zone: ZoneInfo, *, today: date) -> str:
    """ "Saturday 9 am – noon"."""
    return f"{day_name(moment.starts_at, zone, today=today)} {times(moment, zone)}"


def times_together(moments: Sequence[Any], zone: ZoneInfo, *, today: date) -> str:
    """ "Thursday 6 – 9 pm and Saturday noon – 1 pm"."""
    named = [day_and_times(moments[0], zone, today=today)] if moments else []
    named += [day_and_times_inside(moment, zone, today=today) for moment in moments[1:]]
    if len(named) < 2:
        return "".join(named)
    return _("%(names)s and %(last)s") % {"names": ", ".join(named[:-1]), "last": named[-1]}


def in_the_way(why_not: WhyNot, zone: ZoneInfo, *, today: date) -> str:
    """What alone keeps the week from its goal: "Saturday 9 am – noon would do it, but is full"."""
    if why_not.what == InTheWay.PLAN_DAYS:
        return _("One day more than your plan has would do it")
    when = ", ".join(
        f"{day_name(one.interval.start, zone, today=today)} {times(one.interval, zone)}" for one in why_not.needed
    )
    if why_not.what == InTheWay.SEATS:
        return _("%(when)s would do it, but is full") % {"when": when}
    return _("%(when)s would do it, were it not for work") % {"when": when}


def work_on(day: date, calendar: AdmissionCalendar) -> str:
    """ "Work noon – 8:30 pm", or "No work" for somebody whose hours are known; nothing for anybody else."""
    shifts = [busy.work for busy in calendar.value.busy if local_date(busy.work.start, calendar.zone) == day]
    if shifts:
        return _("Work %(times)s") % {"times": ", ".join(times(shift, calendar.zone) for shift in shifts)}
    return _("No work") if calendar.value.busy else ""


ICON_OF_REASON = {
    "overlaps_booking": "calendar-x",
    "travel_too_short": "signpost-split",
    "overlaps_work": "briefcase",
    "over_weekly_maximum": "speedometer2",
    "on_leave": "airplane",
    "past_cutoff": "clock-history",
    "session_full": "people",
}
"""The reasons for which a session that is ahead may not fit, the most telling first."""


def reason(code: str, session: Any, calendar: AdmissionCalendar, *, maximum_minutes: int) -> str:
    """One reason in words: "During your late shift, until 8:30 pm", "Full. You would be 2nd in line."."""
    whole = Interval(session.starts_at, session.ends_at)
    if code == "overlaps_work":
        return _during_work(whole, session.mode, calendar)
    if code == "overlaps_booking":
        other = next(row.interval for row in calendar.bookings if row.interval.overlaps(whole))
        return _("At the same time as your appointment, %(times)s") % {"times": times(other, calendar.zone)}
    if code == "over_weekly_maximum":
        return _("Past your %(most)s a week") % {"most": figures.minutes(maximum_minutes)}
    if code == "travel_too_short":
        return _("Too little time to get there from your other appointment, or back")
    if code == "on_leave":
        return _("You are away that day")
    if code == "past_cutoff":
        return _("Booking for this one has closed")
    return _("Full. You would be %(place)s in line.") % {"place": place_in_line(session.waiting_count + 1)}


def place_in_line(place: int) -> str:
    """ "1st", "2nd", "11th"; Spanish writes "2.º"."""
    if not _is_english():
        return f"{place}.º"
    if 10 <= place % 100 <= 20:
        return f"{place}th"
    return f"{place}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(place % 10, 'th') }"


def refused(code: str) -> str:
    """Why a booking was refused, as the first sentence of a notice."""
    sentences = {
        "session_full": _("That seat has just gone."),
        "overlaps_booking": _("You have another appointment at that time."),
        "travel_too_short": _("There is too little time to get there from your other appointment, or back."),
        "overlaps_work": _("That is during your work, or on the way."),
        "over_weekly_maximum": _("That would go past the most for a week."),
        "past_cutoff": _("Booking for that one has closed."),
        "session_started": _("That one has begun already."),
        "session_cancelled": _("That one does not take place."),
        "not_enrolled": _("That day is outside your plan."),
        "on_leave": _("You are away that day."),
        "other_caseload": _("That time is kept for others."),
        "roster_signed": _("That one is over."),
        "offer_expired": _("That time was held for you and has been passed on."),
        "not_offered": _("That was answered already."),
        "booking_cancelled": _("That was answered already."),
    }
    return sentences.get(code, _("That did not work."))


def _is_english() -> bool:
    return (get_language() or "en").startswith("en")


def _during_work(whole: Interval, mode: str, calendar: AdmissionCalendar) -> str:
    zone = calendar.zone
    for busy in calendar.value.busy:
        if busy.work.overlaps(whole):
            shift = _shift(busy, zone)
            return shift % {"until": figures.clock(busy.work.end, zone=zone)}
    if mode != Mode.TELEHEALTH:
        for busy in calendar.value.busy:
            if busy.travel_before and busy.travel_before.overlaps(whole):
                leaves = figures.clock(busy.travel_before.start, zone=zone)
                return _("You leave for work at %(time)s") % {"time": leaves}
            if busy.travel_after and busy.travel_after.overlaps(whole):
                back = figures.clock(busy.travel_after.end, zone=zone)
                return _("You are back from work at %(time)s") % {"time": back}
    return _("During your work")


def _shift(busy: Busy, zone: ZoneInfo) -> str:
    starts, ends = busy.work.start.astimezone(zone), busy.work.end.astimezone(zone)
    if starts.date() != ends.date():
        return _("During your night shift, until %(until)s")
    if starts.hour >= 12:
        return _("During your late shift, until %(until)s")
    return _("During your work, until %(until)s")
