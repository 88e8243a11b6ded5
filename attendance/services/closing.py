"""Closing weeks, and revising what is closed: a closed week is evidence (rule 6)."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from attendance.enums import RevisionCause
from attendance.errors import RosterIncomplete, TooEarly, WeekOpen
from attendance.models import TreatmentWeek
from attendance.queries.weeks import unsigned_sessions
from attendance.services.figures import Figures
from attendance.services.flags import evaluate_closed
from attendance.services.freezing import final_figures, on_frozen_target, put_down
from people.errors import InvalidInput
from people.models import User
from people.retries import retrying_deadlocks
from people.services.trail import record_all, trail_entry
from scheduling.enums import SessionState
from scheduling.models import Booking
from scheduling.services.locks import lock_patients

AT_ONCE = 500
"""Weeks closed in one transaction: what bounds memory and the length of the patients' locks."""


def close_due_weeks(*, now: datetime, limit: int = 20_000) -> int:
    """Close the weeks that are over and whose rosters are signed, or whose program's grace has passed; the number.

    Repeated, or by two workers at once, each week is closed once.
    """
    ids = list(_due(now).order_by("ends_at", "pk").values_list("pk", flat=True)[:limit])
    return sum(_close_some(ids[at : at + AT_ONCE], now=now) for at in range(0, len(ids), AT_ONCE))


def close_week(week: TreatmentWeek, *, actor: User, now: datetime) -> TreatmentWeek:
    """Close one week by hand, before the sweep would. Closing again changes nothing.

    Refuses: TooEarly before its end, RosterIncomplete where a roster is not signed and the program's grace has not
    passed.
    """
    if week.closed_at is None:
        _close_some([week.pk], now=now, actor=actor)
    closed = TreatmentWeek.objects.select_related("patient", "site", "program").get(pk=week.pk)
    if closed.closed_at is None and now < closed.ends_at:
        raise TooEarly(_("A week is closed once it is over."), week=closed.week.isoformat())
    if closed.closed_at is None:
        waiting = unsigned_sessions([closed], now=now)[closed.pk]
        raise RosterIncomplete(
            _("A roster of this week is not signed yet."), unsigned=[str(session_id) for session_id in waiting]
        )
    return closed


def revise_week(week: TreatmentWeek, reason: str, *, actor: User, now: datetime) -> TreatmentWeek:
    """Judge a closed week again by the plan as it stands now, with a reason; every earlier revision is kept.

    For what became known later: leave in hospital, a discharge, a plan entered late. Refuses: WeekOpen, InvalidInput
    without a reason. Where nothing differs, nothing is written.
    """
    if not reason.strip():
        raise InvalidInput({"reason": [_("Say why the week is judged again.")]})
    with transaction.atomic():
        lock_patients([week.patient_id])
        closed = list(TreatmentWeek.objects.select_for_update(no_key=True).filter(pk=week.pk, closed_at__isnull=False))
        if not closed:
            raise WeekOpen(week=week.week.isoformat())
        found = final_figures(closed, now=now)
        differing = [one for one in closed if found[one.pk].differ_from(one)]
        _revise(differing, found, cause=RevisionCause.REVISED, reason=reason.strip(), actor=actor, now=now)
    week.refresh_from_db()
    return week


def revise_closed(
    weeks: Iterable[tuple[int, date]], *, cause: str, actor: User | None, now: datetime, reason: str = ""
) -> int:
    """After a correction of evidence: a new revision of those of the weeks, (admission, first date), that are closed.

    Each keeps the target, the requirements and the offer that it was closed with; only what was attended is counted
    again. Evidence that changed without moving a figure is a revision too. Call it under the patients' locks, in the
    correcting transaction, once the bookings carry their minutes. The number revised.
    """
    named = Q()
    for admission_id, week in set(weeks):
        named |= Q(admission_id=admission_id, week=week)
    if not named:
        return 0
    rows = TreatmentWeek.objects.filter(named, closed_at__isnull=False)
    closed = list(rows.select_for_update(no_key=True).order_by("pk"))
    if not closed:
        return 0
    found = final_figures(closed, now=now, as_closed=True)
    judged = {week.pk: on_frozen_target(week, found[week.pk]) for week in closed}
    _revise(closed, judged, cause=cause, reason=reason, actor=actor, now=now)
    return len(closed)


def _due(now: datetime) -> QuerySet[TreatmentWeek]:
    """The open weeks that may close: over, and signed or past their program's grace."""
    unsigned = Booking.objects.live().filter(
        admission_id=OuterRef("admission_id"), week=OuterRef("week"), session__state=SessionState.SCHEDULED
    )
    over = TreatmentWeek.objects.open().filter(ends_at__lte=now)
    past_grace = Q(pk__in=[])
    for grace in over.order_by().values_list("program__close_grace_minutes", flat=True).distinct():
        past_grace |= Q(program__close_grace_minutes=grace, ends_at__lte=now - timedelta(minutes=grace))
    return over.filter(past_grace | ~Exists(unsigned))


@retrying_deadlocks
def _close_some(week_ids: Collection[int], *, now: datetime, actor: User | None = None) -> int:
    """Close those of the weeks that are due, all in one transaction; the number.

    1. Lock the patients by id, so that no booking, mark or plan of theirs moves; then the weeks by id, and ask again.
    2. Reckon the final figures, and put them on the rows with the close.
    3. Put down revision 1 with the records counted, the trail, and what the flags of the weeks come to.
    """
    with transaction.atomic():
        patient_ids = TreatmentWeek.objects.filter(pk__in=week_ids).values_list("patient_id", flat=True)
        lock_patients(list(patient_ids))
        due = _due(now).filter(pk__in=week_ids).values("pk")
        rows = TreatmentWeek.objects.select_for_update(no_key=True, of=("self",)).filter(pk__in=due)
        weeks = list(rows.order_by("pk"))
        if not weeks:
            return 0
        for week in weeks:
            week.closed_at, week.revision = now, 1
        found = final_figures(weeks, now=now)
        _save(weeks, found, now=now)
        put_down(weeks, found, cause=RevisionCause.CLOSED, actor=actor, now=now)
        record_all(
            trail_entry(
                "week_closed",
                week,
                actor=actor,
                now=now,
                patient_id=week.patient_id,
                after=_facts(week, found[week.pk]),
            )
            for week in weeks
        )
        evaluate_closed(weeks, now=now)
    return len(weeks)


def _revise(
    weeks: Sequence[TreatmentWeek],
    found: Mapping[int, Figures],
    *,
    cause: str,
    actor: User | None,
    now: datetime,
    reason: str,
) -> None:
    """Put the figures on the rows under the next number, with their revision, their trail and their flags."""
    if not weeks:
        return
    before = {week.pk: _facts(week, week) for week in weeks}
    for week in weeks:
        week.revision += 1
    _save(weeks, found, now=now)
    put_down(weeks, found, cause=cause, actor=actor, now=now, reason=reason)
    record_all(
        trail_entry(
            "week_revised",
            week,
            actor=actor,
            now=now,
            patient_id=week.patient_id,
            before=before[week.pk],
            after=_facts(week, found[week.pk]),
            reason=reason,
        )
        for week in weeks
    )
    evaluate_closed(weeks, now=now)


def _save(weeks: Sequence[TreatmentWeek], found: Mapping[int, Figures], *, now: datetime) -> None:
    for week in weeks:
        found[week.pk].put_on(week)
        week.computed_at, week.stale_at, week.claimed_until = now, None, None
    columns = ["closed_at", "revision", "computed_at", "stale_at", "claimed_until", *Figures.__dataclass_fields__]
    # The rows are there, and locked. A bulk update would ask every row of every column which of all weeks it is.
    TreatmentWeek.objects.bulk_create(
        weeks, update_conflicts=True, unique_fields=["id"], update_fields=columns, batch_size=AT_ONCE
    )


def _facts(week: TreatmentWeek, shown: TreatmentWeek | Figures) -> dict[str, object]:
    """What the trail keeps of a week."""
    return {
        "week": week.week.isoformat(),
        "revision": week.revision,
        "min_minutes": shown.min_minutes,
        "credited_minutes": shown.credited_minutes,
        "status": shown.status,
    }
