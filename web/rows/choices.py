"""The sessions of a week as choices for one person: what fits, and what does not with its reasons, day by day."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from attendance.models import TreatmentWeek
from scheduling.errors import BY_CODE, LIFTED_BY_STAFF
from scheduling.models import Booking, Session
from scheduling.queries import SessionFit
from web import format as figures
from web.components.actions import Action
from web.rows.sessions import counselors_of, day_of, icon_of, kind_of, place_of, times_of

WHY_ICONS = {"overlaps_work": "briefcase", "session_full": "people", "on_leave": "signpost"}


@dataclass(frozen=True)
class Doing:
    """What choosing a session does: book it, or with `moving` exchange that booking for it; `fields` are sent along.

    With `asks_reason` whatever is chosen needs one.
    """

    url: str
    label: str
    anyway: str
    moving: Booking | None = None
    fields: Mapping[str, str] = field(default_factory=dict)
    asks_reason: bool = False


@dataclass(frozen=True)
class ChoiceView:
    """A session that could be booked for somebody, or why not."""

    session_id: int
    times: str
    icon: str
    kind: str
    seats: str
    gain: str
    reaches: bool
    why_not: str = ""
    why_icon: str = ""
    may_lift: bool = False
    may_wait: bool = False
    may_book: bool = True
    label: str = ""
    action: Action | None = None


@dataclass(frozen=True)
class DayView:
    """A day's sessions: those that fit, then the others."""

    name: str
    fitting: Sequence[ChoiceView] = field(default_factory=tuple)
    others: Sequence[ChoiceView] = field(default_factory=tuple)


def choices_by_day(
    found: Sequence[SessionFit],
    doing: Doing,
    *,
    week: TreatmentWeek | None,
    today: dt.date,
    may_book: Mapping[int, bool],
    counselor_id: int | None,
) -> list[DayView]:
    """The week's sessions by day, what fits first; `may_book` says by session whether the account may book there.

    `counselor_id` is the person's primary counselor: what is kept for another's people says so.
    """
    days: dict[dt.date, tuple[list[ChoiceView], list[ChoiceView]]] = {}
    for one in found:
        fitting, others = days.setdefault(day_of(one.session), ([], []))
        kept = one.session.caseload_of_id if counselor_id is not None else None
        note = _("kept for another counselor’s people") if kept not in (None, counselor_id) else ""
        choice = _choice(one, doing, week=week, may_book=may_book.get(one.session.pk, False), note=note)
        (others if choice.why_not else fitting).append(choice)
    return [
        DayView(figures.relative_day(on, today=today), fitting, others)
        for on, (fitting, others) in sorted(days.items())
    ]


def _choice(one: SessionFit, doing: Doing, *, week: TreatmentWeek | None, may_book: bool, note: str) -> ChoiceView:
    session = one.session
    left = session.seats_left
    gain, reaches = _gain(session.clinical_minutes, week, doing.moving)
    code = one.why_not[0] if one.why_not else ""
    full = one.why_not == ("session_full",)
    parts = [kind_of(session), str(place_of(session)), counselors_of(session), note]
    label = f"{figures.short_day(day_of(session))}, {times_of(session)}"
    return ChoiceView(
        session_id=session.pk,
        times=times_of(session),
        icon=icon_of(session),
        kind=" · ".join(part for part in parts if part),
        seats=_seats(left),
        gain=gain,
        reaches=reaches,
        why_not=" ".join(f"{BY_CODE[reason].title}." for reason in one.why_not),
        why_icon=WHY_ICONS.get(code, "info-circle"),
        may_lift=bool(one.why_not) and set(one.why_not) <= LIFTED_BY_STAFF,
        may_wait=full and doing.moving is None,
        may_book=may_book,
        label=label,
        action=_book_action(doing, session, label) if may_book and not one.why_not and not doing.asks_reason else None,
    )


def _seats(left: int) -> str:
    words = ngettext("%(count)d seat", "%(count)d seats", left) % {"count": left} if left else _("Full")
    return words.replace(" ", figures.NBSP)


def _gain(clinical: int, week: TreatmentWeek | None, moving: Booking | None) -> tuple[str, bool]:
    more = figures.signed_minutes(clinical)
    if week is None or week.exempt:
        return more, False
    held = week.projected_minutes - (moving.counted_minutes if moving and moving.week == week.week else 0)
    total = held + clinical
    words = {"more": more, "total": figures.minutes(total), "goal": figures.minutes(week.min_minutes)}
    if held < week.min_minutes <= total:
        return _("%(more)s reaches the goal of %(goal)s") % words, True
    return _("%(more)s makes %(total)s") % words, False


def _book_action(doing: Doing, session: Session, label: str) -> Action:
    return Action(
        doing.label, doing.url, method="post", hint=label, fields={"session": str(session.pk), **doing.fields}
    )
