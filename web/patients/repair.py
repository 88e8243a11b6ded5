"""What would repair a week, as the strip beneath its answer: one sentence, one button."""

from collections.abc import Iterable, Sequence
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from attendance.models import TreatmentWeek
from people.models import Admission
from scheduling.models import Booking, Session
from scheduling.services.outlook import WeekOutlook
from web import format as figures
from web.components.actions import Action
from web.components.repair_strip import RepairStrip
from web.patients import words
from web.patients.answer import Answer
from web.patients.visit import PatientWeek


def repair_of(
    answer: Answer, week: TreatmentWeek, one: PatientWeek, outlook: WeekOutlook, bookings: Iterable[Booking]
) -> RepairStrip | None:
    """The remedy that the answer names; None where none is needed or none is known."""
    if answer.remedy == "book":
        return _book(one, outlook) or _ask(one, outlook)
    if answer.remedy == "give_back":
        return _give_back(week, one, bookings)
    return _ask(one, outlook) if answer.remedy == "ask" else None


def book_url(one: PatientWeek, **more: str) -> str:
    """The page of what can be booked in the week."""
    return f"{reverse('book')}?{urlencode({'week': one.week.starts_on.isoformat(), **more})}"


def _book(one: PatientWeek, outlook: WeekOutlook) -> RepairStrip | None:
    best, sessions = outlook.repair, outlook.repairing
    if best is None or not sessions:
        return None
    other_ways = ngettext("%(count)d other way", "%(count)d other ways", best.other_ways) % {"count": best.other_ways}
    return RepairStrip(
        title=_takes_you(sessions, one, outlook),
        note=" · ".join(_notes(sessions, one, outlook)),
        icon="camera-video" if all(row.mode == "telehealth" for row in sessions) else "plus-lg",
        action=_book_them(sessions, one),
        other=Action(other_ways if best.other_ways else _("All that fits"), book_url(one)),
    )


def _takes_you(sessions: Sequence[Session], one: PatientWeek, outlook: WeekOutlook) -> str:
    """ "Saturday 9 am – noon takes you to 9 h 15"; with several "… and … take you to …"."""
    reaches = outlook.repair is not None and outlook.repair.reaches
    said = {
        "when": words.times_together(sessions, one.zone, today=one.today),
        "total": figures.minutes(outlook.counted_minutes + sum(row.clinical_minutes for row in sessions)),
    }
    if len(sessions) == 1:
        return (_("%(when)s takes you to %(total)s") if reaches else _("%(when)s brings you to %(total)s")) % said
    return (_("%(when)s take you to %(total)s") if reaches else _("%(when)s bring you to %(total)s")) % said


def _notes(sessions: Sequence[Session], one: PatientWeek, outlook: WeekOutlook) -> Iterable[str]:
    if len(sessions) == 1:
        yield words.kind_and_place(sessions[0], home_site_id=one.admission.site_id)
        left = sessions[0].seats_left
        yield ngettext("%(count)d seat left", "%(count)d seats left", left) % {"count": left}
    else:
        yield _("all free")
    if outlook.calendar.value.busy:
        yield _("clear of your work")
    if outlook.why_not is not None:
        yield words.in_the_way(outlook.why_not, one.zone, today=one.today)


def _book_them(sessions: Sequence[Session], one: PatientWeek) -> Action:
    """One tap: a single one is booked as any other, several all or nothing."""
    if len(sessions) == 1:
        day = words.day_inside(sessions[0].starts_at, one.zone, today=one.today)
        fields = {"session": str(sessions[0].pk), "back": "week"}
        return Action(_("Book %(day)s") % {"day": day}, reverse("book"), method="post", wide=True, fields=fields)
    label = _("Book both") if len(sessions) == 2 else _("Book all %(count)d") % {"count": len(sessions)}
    fields = {"sessions": ",".join(str(row.pk) for row in sessions), "week": one.week.starts_on.isoformat()}
    return Action(label, reverse("week-repair"), method="post", wide=True, fields=fields)


def _give_back(week: TreatmentWeek, one: PatientWeek, bookings: Iterable[Booking]) -> RepairStrip | None:
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
    return RepairStrip(
        title=_("Without %(when)s it is %(hours)s") % {"when": when, "hours": figures.minutes(left)},
        note=_("Your goal is still reached") if left >= week.min_minutes else "",
        icon="calendar-minus",
        action=Action(
            _("Give %(day)s back") % {"day": day}, reverse("cancel-appointment", args=[chosen.pk]), wide=True
        ),
    )


def _ask(one: PatientWeek, outlook: WeekOutlook) -> RepairStrip:
    what_is_on = Action(_("What would help"), book_url(one))
    name = who_to_ask(one.admission)
    title = _("%(name)s can look for a way") % {"name": name} if name else _("Your clinic can look for a way")
    obstacle = outlook.why_not
    note = words.in_the_way(obstacle, one.zone, today=one.today) if obstacle else _("Or see what would make it fit")
    if not one.admission.site.phone:
        return RepairStrip(title, note, Action(what_is_on.label, what_is_on.url, wide=True), icon="search")
    label = _("Call %(name)s") % {"name": name.split(" ")[0]} if name else _("Call")
    return RepairStrip(
        title, note, Action(label, f"tel:{one.admission.site.phone}", wide=True), "telephone", what_is_on
    )


def who_to_ask(admission: Admission) -> str:
    """The counselor's short name, or nothing."""
    counselor = admission.primary_counselor
    return counselor.short_name if counselor else ""
