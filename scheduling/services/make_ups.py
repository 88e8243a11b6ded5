"""What a booking makes up for: one absence of the same person, near enough, that nothing else makes up for."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from people.domain.time import local_date
from people.models import Admission, TrailEntry, User
from people.services.booking_rules import MOST_DAYS
from people.services.trail import record
from scheduling.domain.make_ups import Sitting, near_enough, pair
from scheduling.enums import BookingStatus, SessionState
from scheduling.errors import NothingToMakeUp
from scheduling.models import Booking, Session
from scheduling.services.booking_facts import MOVED, facts

LONGEST_AGO = timedelta(days=MOST_DAYS + 1)


def open_absences(patient_id: int, *, now: datetime) -> list[Booking]:
    """What the person may still make up for, the latest first, with session and site: missed, given up late, or called
    off by the clinic, not too long ago, and nothing is booked in its place. Two queries.
    """
    found = _still_open(absences().filter(patient_id=patient_id), now=now)
    return [one for one in found if _near(now, one)]


def absences() -> QuerySet[Booking]:
    """Bookings that were marked and counted nothing, were given up late, or fell with their session.

    Of the last, only those that held a seat are absences: `open_absences` asks the trail. What was given up and booked
    again is judged by its last row, and a make-up that is not held any more by what it made up for.
    """
    missed = Q(live=True, marked_at__isnull=False, counted_minutes=0)
    given_up = Q(late=True) & ~Q(cancel_reason=MOVED)
    called_off = Q(session__state=SessionState.CANCELLED)
    again = Booking.objects.filter(patient=OuterRef("patient"), session=OuterRef("session"), pk__gt=OuterRef("pk"))
    gone = Q(~Exists(again.filter(Q(live=True) | Q(late=True))), status=BookingStatus.CANCELLED, makes_up_for=None)
    return Booking.objects.filter(missed | (gone & (given_up | called_off)))


def seated_when_called_off(session_ids: Iterable[int]) -> set[int]:
    """The bookings that held a seat when their session was called off the last time: the trail says so. One query."""
    entries = TrailEntry.objects.filter(
        action="session_cancelled", subject_type="session", subject_id__in=sorted(set(session_ids))
    )
    latest = {entry.subject_id: entry for entry in entries.order_by("at", "pk")}
    return {pk for entry in latest.values() for pk in (entry.after or {}).get("seated", [])}


def absence_to_make_up(
    absence_id: int, patient_id: int, session: Session, admission: Admission, *, now: datetime
) -> int:
    """The absence's id, where a booking of the session may make up for it. Raises NothingToMakeUp. Under the locks."""
    rows = absences().filter(patient_id=patient_id, admission=admission, pk=absence_id).exclude(session=session)
    found = _still_open(rows, now=now)
    if not found:
        raise NothingToMakeUp(booking=str(absence_id))
    days = admission.program.make_up_days
    if not near_enough(_sitting_of(session, admission), _sitting(found[0], admission), days=days):
        sentence = _("It is too long from what it would make up for: at most %(days)d days, or the same week")
        raise NothingToMakeUp(sentence % {"days": days}, booking=str(absence_id))
    _forget_old_lines([found[0].pk], now=now)
    return found[0].pk


def take_over(moved: Booking, origin: Booking, *, now: datetime) -> None:
    """A booking that was moved makes up for the same as before, where it still may. Under the locks; no trail."""
    if origin.makes_up_for_id is None:
        return
    try:
        found = absence_to_make_up(origin.makes_up_for_id, moved.patient_id, moved.session, origin.admission, now=now)
    except NothingToMakeUp:
        return
    moved.makes_up_for_id = found
    moved.save(update_fields=["makes_up_for"])


def make_up_with(booked: Sequence[Booking], *, actor: User | None, now: datetime) -> None:
    """Bookings that bring a week back make up for its absences, one each, in the order of time. Under the locks."""
    admissions = {one.admission_id: one.admission for one in booked}
    weeks = {one.week for one in booked}
    rows = absences().filter(admission__in=admissions, week__in=weeks).exclude(pk__in=[one.pk for one in booked])
    missed = {one.pk: one for one in _still_open(rows, now=now)}
    _forget_old_lines(missed, now=now)
    for admission_id, admission in admissions.items():
        made = [_sitting(one, admission) for one in booked if one.admission_id == admission_id]
        left = [_sitting(one, admission) for one in missed.values() if one.admission_id == admission_id]
        pairs = pair(made, left)
        for one in booked:
            if one.pk in pairs:
                _link(one, missed[int(str(pairs[one.pk]))].pk, actor=actor, now=now)


def booked_again(bookings: Iterable[Booking], *, now: datetime) -> None:
    """They are back on sessions that they had given up, or that had been called off: nothing makes up for those any
    more. Under the locks; one query where nothing did.
    """
    back = {(one.patient_id, one.session_id) for one in bookings}
    if not back:
        return
    gone = Booking.objects.filter(live=False, make_ups__isnull=False)
    gone = gone.filter(patient_id__in={pk for pk, _session in back}, session_id__in={pk for _patient, pk in back})
    rows = gone.order_by("pk").values_list("pk", "patient_id", "session_id").distinct()
    attended_after_all([pk for pk, *pair in rows if tuple(pair) in back], now=now)


def attended_after_all(booking_ids: Iterable[int], *, now: datetime) -> None:
    """What was taken for an absence was none: nothing makes up for it any more. Under the patients' locks."""
    ids = list(booking_ids)
    if not ids:
        return
    rows = Booking.objects.filter(makes_up_for__in=ids).exclude(status=BookingStatus.CANCELLED)
    for row in rows.order_by("pk"):
        _link(row, None, actor=None, now=now)


def _forget_old_lines(absence_ids: Iterable[int], *, now: datetime) -> None:
    """Whoever waited in vain has made up for nothing."""
    waited = Booking.objects.filter(_waited_in_vain(now), makes_up_for__in=list(absence_ids))
    for row in waited.order_by("pk"):
        _link(row, None, actor=None, now=now)


def _link(booking: Booking, absence_id: int | None, *, actor: User | None, now: datetime) -> None:
    before = facts(booking)
    booking.makes_up_for_id = absence_id
    booking.changed_at = now
    booking.save(update_fields=["makes_up_for", "changed_at"])
    record(
        "made_up_for" if absence_id else "makes_up_no_more",
        booking,
        actor=actor,
        now=now,
        patient_id=booking.patient_id,
        before=before,
        after=facts(booking),
    )


def _still_open(rows: QuerySet[Booking], *, now: datetime) -> list[Booking]:
    """Those of the absences that nothing makes up for, no older than any program lets one make up for."""
    standing = Booking.objects.exclude(status=BookingStatus.CANCELLED).exclude(_waited_in_vain(now))
    taken = standing.filter(makes_up_for__isnull=False)
    recent = rows.filter(starts_at__gte=now - LONGEST_AGO).exclude(pk__in=taken.values("makes_up_for"))
    found = list(
        recent.select_related("session__site", "admission__site", "admission__program").order_by("-starts_at", "-pk")
    )
    off = [one.session_id for one in found if _fell_with_its_session(one)]
    seated = seated_when_called_off(off) if off else set()
    return [one for one in found if not _fell_with_its_session(one) or one.pk in seated]


def _waited_in_vain(now: datetime) -> Q:
    """In line for a session that has begun."""
    return Q(status=BookingStatus.WAITLISTED, starts_at__lte=now)


def _near(now: datetime, absence: Booking) -> bool:
    """Whether what is booked from now on may still make up for it: the stay goes on, and it is not too long ago."""
    admission = absence.admission
    today = Sitting(0, now, local_date(now, admission.zone), admission.week_of(now).starts_on)
    near = near_enough(today, _sitting(absence, admission), days=admission.program.make_up_days)
    return near and admission.covers(today.on)


def _fell_with_its_session(booking: Booking) -> bool:
    return booking.status == BookingStatus.CANCELLED and not booking.late


def _sitting(booking: Booking, admission: Admission) -> Sitting:
    return Sitting(booking.pk, booking.starts_at, local_date(booking.starts_at, admission.zone), booking.week)


def _sitting_of(session: Session, admission: Admission) -> Sitting:
    on, week = local_date(session.starts_at, admission.zone), admission.week_of(session.starts_at).starts_on
    return Sitting(session.pk, session.starts_at, on, week)
