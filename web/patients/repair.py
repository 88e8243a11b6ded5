"""What would repair a week, as the strip beneath its answer: one sentence, one button."""

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from attendance.models import TreatmentWeek
from people.models import Admission
from scheduling.models import Booking
from scheduling.services.outlook import WeekOutlook
from web import format as figures
from web.components.actions import Action
from web.patients import words
from web.patients.answer import Answer
from web.patients.visit import PatientWeek


@dataclass(frozen=True)
class Repair:
    """The strip of `_partials/repair_strip.html`."""

    title: str
    note: str
    action: Action
    icon: str = ""
    other: Action | None = None


def repair_of(
    answer: Answer, week: TreatmentWeek, one: PatientWeek, outlook: WeekOutlook, bookings: Iterable[Booking]
) -> Repair | None:
    """The remedy that the answer names; None where none is needed or none is known."""
    if answer.remedy == "book":
        return _book(one, outlook) or _ask(one)
    if answer.remedy == "give_back":
        return _give_back(week, one, bookings)
    return _ask(one) if answer.remedy == "ask" else None


def book_url(one: PatientWeek, **more: str) -> str:
    """The page of what can be booked in the week."""
    return f"{reverse('book')}?{urlencode({'week': one.week.starts_on.isoformat(), **more})}"


def _book(one: PatientWeek, outlook: WeekOutlook) -> Repair | None:
    best = outlook.next_best
    session = outlook.session(best.option.id) if best else None
    if best is None or session is None:
        return None
    day = words.day_inside(session.starts_at, one.zone, today=one.today)
    total = figures.minutes(outlook.counted_minutes + session.clinical_minutes)
    sentence = _("%(when)s takes you to %(total)s") if best.reaches else _("%(when)s brings you to %(total)s")
    when = words.day_and_times(session, one.zone, today=one.today)
    kind = words.kind_and_place(session, home_site_id=one.admission.site_id)
    left = ngettext("%(count)d seat left", "%(count)d seats left", session.seats_left) % {"count": session.seats_left}
    note = [kind, left]
    if outlook.calendar.value.busy:
        note.append(_("clear of your work"))
    others = ngettext("%(count)d other way", "%(count)d other ways", best.other_ways) % {"count": best.other_ways}
    return Repair(
        title=sentence % {"when": when, "total": total},
        note=" · ".join(note),
        icon="camera-video" if session.mode == "telehealth" else "plus-lg",
        action=Action(
            _("Book %(day)s") % {"day": day},
            reverse("book"),
            method="post",
            wide=True,
            fields={"session": str(session.pk), "back": "week"},
        ),
        other=Action(others if best.reaches and best.other_ways else _("All that fits"), book_url(one)),
    )


def _give_back(week: TreatmentWeek, one: PatientWeek, bookings: Iterable[Booking]) -> Repair | None:
    """The appointment without which the week is within its maximum: one that leaves the goal reached, and the least."""
    ahead = [row for row in bookings if row.marked_at is None and row.starts_at > one.now]
    enough = [row for row in ahead if week.projected_minutes - row.counted_minutes <= week.max_minutes]
    if not enough:
        return None
    chosen = min(
        enough,
        key=lambda row: (
            week.projected_minutes - row.counted_minutes < week.min_minutes,
            row.counted_minutes,
            -row.starts_at.timestamp(),
        ),
    )
    left = week.projected_minutes - chosen.counted_minutes
    when = words.day_and_times_inside(chosen, one.zone, today=one.today)
    day = words.day_inside(chosen.starts_at, one.zone, today=one.today)
    return Repair(
        title=_("Without %(when)s it is %(hours)s") % {"when": when, "hours": figures.minutes(left)},
        note=_("Your goal is still reached") if left >= week.min_minutes else "",
        icon="calendar-minus",
        action=Action(
            _("Give %(day)s back") % {"day": day}, reverse("cancel-appointment", args=[chosen.pk]), wide=True
        ),
    )


def _ask(one: PatientWeek) -> Repair:
    what_is_on = Action(_("What would help"), book_url(one))
    name = who_to_ask(one.admission)
    title = _("%(name)s can look for a way") % {"name": name} if name else _("Your clinic can look for a way")
    note = _("Or see what would make it fit")
    if not one.admission.site.phone:
        return Repair(title, note, Action(what_is_on.label, what_is_on.url, wide=True), icon="search")
    label = _("Call %(name)s") % {"name": name.split(" ")[0]} if name else _("Call")
    return Repair(title, note, Action(label, f"tel:{one.admission.site.phone}", wide=True), "telephone", what_is_on)


def who_to_ask(admission: Admission) -> str:
    """The counselor's short name, or nothing."""
    counselor = admission.primary_counselor
    return counselor.short_name if counselor else ""
