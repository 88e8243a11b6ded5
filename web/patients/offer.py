"""What can be booked in a week, day by day: what fits first, what does not beneath, each with its reason."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from people.domain.time import local_date
from scheduling.enums import BookingStatus
from scheduling.models import Booking
from scheduling.queries import SessionFit
from scheduling.services.outlook import WeekOutlook
from web import format as figures
from web.components.actions import Action
from web.patients import words
from web.patients.held import held_until, leave_action, take_action
from web.patients.visit import PatientWeek

LIFTED_BY_PATIENT = frozenset({"overlaps_work"})
NOT_SHOWN = frozenset({"session_cancelled", "session_started", "not_enrolled", "other_caseload"})
HELD = "already_booked"


@dataclass(frozen=True)
class OfferRow:
    """A line of `_partials/session_row.html`."""

    id: str
    times: str
    icon: str
    kind: str
    seats: str = ""
    gain: str = ""
    reaches: bool = False
    why_not: str = ""
    why_icon: str = ""
    action: Action | None = None
    other: Action | None = None


@dataclass(frozen=True)
class OfferDay:
    """A day with what is on: `fitting` rows, those booked among them, and `unfit` ones in a fold."""

    on: date
    name: str
    work: str
    fitting: tuple[OfferRow, ...]
    unfit: tuple[OfferRow, ...]

    @property
    def fold(self) -> str:
        """ "2 that don't fit"."""
        count = len(self.unfit)
        return ngettext("%(count)d that doesn’t fit", "%(count)d that don’t fit", count) % {"count": count}


@dataclass(frozen=True)
class StripDay:
    """One day of the strip: weekday, number, and a word such as "3 fit" or "booked"."""

    on: date
    weekday: str
    name: str
    word: str
    is_past: bool
    is_active: bool


@dataclass(frozen=True)
class Offer:
    """A week's offer. `first` is the day from which it is listed."""

    days: tuple[OfferDay, ...]
    strip: tuple[StripDay, ...]
    first: date


def offer_of(
    one: PatientWeek,
    outlook: WeekOutlook,
    bookings: Iterable[Booking],
    waiting: Iterable[Booking],
    *,
    asked: date | None = None,
    moving: Booking | None = None,
) -> Offer:
    """The week's offer from the day asked for on; without one, from the first day on which something fits.

    With `moving` the buttons exchange that booking for theirs; the outlook is then the one without it.
    """
    rows = _Rows(one, outlook, bookings, waiting, moving)
    by_day = rows.by_day()
    first = asked if asked in one.week.days else _first_day(one, by_day)
    days = tuple(by_day[on] for on in one.week.days if on in by_day and on >= first)
    return Offer(days, tuple(_strip(one, by_day, bookings, first)), first)


class _Rows:
    """The rows of a week, each made from a session beside booking's answer."""

    def __init__(
        self,
        one: PatientWeek,
        outlook: WeekOutlook,
        bookings: Iterable[Booking],
        waiting: Iterable[Booking],
        moving: Booking | None,
    ) -> None:
        self._one, self._outlook, self._moving = one, outlook, moving
        self._held = {row.session_id: row for row in (*bookings, *waiting)}
        self._best = next((session.pk for session in outlook.repairing), None)
        self._at_once = Counter((fit.session.starts_at, fit.session.ends_at) for fit in outlook.sessions)

    def by_day(self) -> dict[date, OfferDay]:
        """The days on which anything is on."""
        shown: dict[date, list[SessionFit]] = {}
        for fit in self._outlook.sessions:
            given_up = self._moving is not None and fit.session.pk == self._moving.session_id
            if not given_up and not NOT_SHOWN & set(fit.why_not):
                shown.setdefault(local_date(fit.session.starts_at, self._one.zone), []).append(fit)
        return {on: self._day(on, fits) for on, fits in shown.items()}

    def _day(self, on: date, fits: list[SessionFit]) -> OfferDay:
        takeable = [fit for fit in fits if not fit.why_not or HELD in fit.why_not]
        return OfferDay(
            on=on,
            name=figures.long_day(on),
            work=words.work_on(on, self._outlook.calendar),
            fitting=tuple(self._held_row(fit) if fit.why_not else self._free_row(fit) for fit in takeable),
            unfit=tuple(self._unfit_row(fit) for fit in fits if fit not in takeable),
        )

    def _common(self, fit: SessionFit) -> dict[str, Any]:
        session = fit.session
        return {
            "id": f"session-{session.pk}",
            "times": words.times(session, self._one.zone),
            "icon": words.kind_icon(session),
            "kind": words.kind_and_place(session, home_site_id=self._one.admission.site_id),
        }

    def _free_row(self, fit: SessionFit) -> OfferRow:
        session, outlook = fit.session, self._outlook
        total = outlook.counted_minutes + session.clinical_minutes
        reaches = 0 < outlook.need_minutes <= session.clinical_minutes
        sentence = _("%(gain)s reaches your %(goal)s") if reaches else _("%(gain)s makes %(total)s")
        gain = sentence % {
            "gain": figures.signed_minutes(session.clinical_minutes),
            "goal": figures.hours_in_words(outlook.target.min_minutes),
            "total": figures.minutes(total),
        }
        look = "primary" if session.pk == self._best else "soft"
        label = _("Move here") if self._moving is not None else _("Book")
        action = self._button(fit, label, look=look)
        return OfferRow(**self._common(fit), seats=words.seats_left(session), gain=gain, reaches=reaches, action=action)

    def _held_row(self, fit: SessionFit) -> OfferRow:
        booking = self._held.get(fit.session.pk)
        common = self._common(fit)
        if booking is None:
            return OfferRow(**common, gain=_("Booked"), reaches=True)
        hint = self._named(fit)
        see = Action(_("See it"), reverse("appointment", args=[booking.pk]), look="text", hint=hint)
        if booking.status == BookingStatus.OFFERED:
            until = held_until(booking, self._one.zone, today=self._one.today)
            take, leave = take_action(booking, hint=hint), leave_action(booking, hint=hint)
            return OfferRow(**common, gain=until, action=take, other=leave)
        if booking.status == BookingStatus.WAITLISTED:
            line = words.place_in_line(getattr(booking, "waitlist_position", None) or 1)
            url = reverse("cancel-appointment", args=[booking.pk])
            leave = Action(_("Leave the line"), url, look="text", hint=hint)
            return OfferRow(**common, gain=_("You are %(place)s in line") % {"place": line}, action=leave)
        return OfferRow(**common, gain=_("Booked"), reaches=True, action=see)

    def _unfit_row(self, fit: SessionFit) -> OfferRow:
        told = next(code for code in words.ICON_OF_REASON if code in fit.why_not)
        most = self._outlook.target.max_minutes
        return OfferRow(
            **self._common(fit),
            why_not=words.reason(told, fit.session, self._outlook.calendar, maximum_minutes=most),
            why_icon=words.ICON_OF_REASON[told],
            action=self._way_round(fit),
        )

    def _way_round(self, fit: SessionFit) -> Action | None:
        """What a patient may decide for themself: to come although they work, and to wait where it is full."""
        left = set(fit.why_not) - LIFTED_BY_PATIENT
        lifted = {"accept_work_overlap": "1"} if LIFTED_BY_PATIENT & set(fit.why_not) else {}
        if not left:
            label = _("Move here anyway") if self._moving is not None else _("Book anyway")
            return self._button(fit, label, look="text", **lifted)
        if left == {"session_full"} and self._moving is None:
            return self._button(fit, _("Wait for it"), look="text", waitlist="1", **lifted)
        return None

    def _named(self, fit: SessionFit) -> str:
        """Which one a button is about, for whoever hears it alone: where several are on at once, what it is too."""
        session = fit.session
        when = words.day_and_times(session, self._one.zone, today=self._one.today)
        if self._at_once[session.starts_at, session.ends_at] == 1:
            return when
        return f"{when}, {words.kind_and_place(session, home_site_id=self._one.admission.site_id)}"

    def _button(self, fit: SessionFit, label: str, *, look: Any, **more: str) -> Action:
        hint = self._named(fit)
        if self._moving is not None:
            url = reverse("move-appointment", args=[self._moving.pk])
            fields = {"session": str(fit.session.pk), **more}
            return Action(label, url, method="post", look=look, hint=hint, fields=fields)
        fields = {"session": str(fit.session.pk), "back": "book", **more}
        return Action(label, reverse("book"), method="post", look=look, hint=hint, fields=fields)


def _first_day(one: PatientWeek, by_day: Mapping[date, OfferDay]) -> date:
    with_seats = [on for on, day in by_day.items() if any(row.seats for row in day.fitting)]
    return min(with_seats or by_day, default=max(one.week.starts_on, min(one.today, one.week.ends_on)))


def _strip(
    one: PatientWeek, by_day: Mapping[date, OfferDay], bookings: Iterable[Booking], first: date
) -> Iterable[StripDay]:
    booked: dict[date, list[Booking]] = {}
    for row in bookings:
        booked.setdefault(local_date(row.starts_at, one.zone), []).append(row)
    for on in one.week.days:
        free = sum(bool(row.seats) for row in by_day[on].fitting) if on in by_day else 0
        word = ngettext("%(count)d fits", "%(count)d fit", free) % {"count": free} if free else ""
        if any(row.marked_at is None and row.ends_at > one.now for row in booked.get(on, ())):
            word = word or _("booked")
        elif any(row.counted_minutes for row in booked.get(on, ())):
            word = word or _("done")
        yield StripDay(
            on=on,
            weekday=date_format(on, "D"),
            name=figures.long_day(on),
            word=word,
            is_past=on < one.today,
            is_active=on == first,
        )
