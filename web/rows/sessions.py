"""Sessions as the staff's lists write them."""

import datetime as dt
from collections.abc import Collection

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from scheduling.enums import Kind, Mode
from scheduling.models import Session
from web import format as figures

KIND_ICONS = {Kind.GROUP: "people-fill", Kind.INDIVIDUAL: "person-fill", Kind.FAMILY: "house-heart-fill"}


def times_of(session: Session, *, spaced: bool = False) -> str:
    """From when to when, on the site's clocks."""
    return figures.time_range(session.starts_at, session.ends_at, zone=session.site.zone, spaced=spaced)


def day_of(session: Session) -> dt.date:
    """The site's date on which it starts."""
    return session.starts_at.astimezone(session.site.zone).date()


def kind_of(session: Session) -> str:
    """Group, one-to-one or family."""
    return str(Kind(session.kind).label)


def icon_of(session: Session) -> str:
    """The kind as a shape."""
    return KIND_ICONS[Kind(session.kind)]


def place_of(session: Session) -> str | Promise:
    """The room, or that it is by video; nothing where neither is said."""
    if session.room is not None:
        return str(session.room.name)
    return _("By video") if session.mode == Mode.TELEHEALTH else ""


def breaks_of(session: Session) -> str:
    """ "break 7:30–7:45 pm"; nothing for a session without one."""
    zone = session.site.zone
    pauses = [figures.time_range(one.start, one.end, zone=zone) for one in session.break_intervals]
    return _("break %(times)s") % {"times": ", ".join(pauses)} if pauses else ""


def counselors_of(session: Session, *, absent: Collection[int] = ()) -> str:
    """Who leads it, by first name and initial, "Dana K. off" for whoever is absent; the counselors must be fetched."""
    return ", ".join(
        _("%(name)s off") % {"name": counselor.short_name} if counselor.pk in absent else counselor.short_name
        for counselor in session.counselors.all()
    )


def described(session: Session, *, with_counselors: bool = False) -> str:
    """ "Group · Room 4 · break 7:30–7:45 pm": kind, place, break, and who leads it."""
    parts = [kind_of(session), place_of(session), breaks_of(session)]
    if with_counselors:
        parts.append(counselors_of(session))
    return " · ".join(str(part) for part in parts if part)
