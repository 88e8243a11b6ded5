"""Keeping two patients apart: dividing what is on between them, so that neither can learn where the other is."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from django.db import transaction
from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _

from people.constraints import refusing
from people.domain.time import local_date
from people.errors import InvalidInput, Refusal
from people.models import Admission, Patient, User
from people.queries import there
from people.retries import retrying_deadlocks
from people.services.trail import record
from scheduling.enums import ApartReason, BookingStatus, SessionState
from scheduling.models import ApartSide, Booking, KeepApart, Session, SessionSeries, StandingBooking
from scheduling.models.keep_apart import hidden_from
from scheduling.services.locks import lock_patients
from scheduling.services.releases import release_all
from scheduling.services.standing import end_membership
from scheduling.signals import apart_changed

PLAN_CHANGED = "plan changed"
"""What the cancelled bookings say: nothing of why."""

Thing = tuple[Literal["series", "session"], int]
"""A series, or a session of none, by its id."""


@dataclass(frozen=True)
class Share:
    """One thing to be divided, whose side it is or would be, and how many bookings ahead each of the two has there."""

    thing: Thing
    title: str
    row: SessionSeries | Session
    patient_id: int | None
    bookings: Mapping[int, int]


class AlreadyApart(Refusal):
    code = "already_apart"
    title = _("These two are kept apart already")


def propose_division(first: Patient, second: Patient, *, now: datetime) -> list[Share]:
    """How what is on in the programs of the two could be divided: each keeps where they have more bookings.

    What neither uses goes to whoever has been given less so far. Nothing is written.
    """
    shares: list[Share] = []
    given = {first.pk: 0, second.pk: 0}
    for share in _things((first.pk, second.pk), now=now):
        ahead = share.bookings
        wanted = max(given, key=lambda patient_id: (ahead.get(patient_id, 0), -given[patient_id], -patient_id))
        given[wanted] += 1
        shares.append(Share(share.thing, share.title, share.row, wanted, ahead))
    return shares


@retrying_deadlocks
def keep_apart(
    first: Patient,
    second: Patient,
    *,
    reason: ApartReason,
    sides: Mapping[Thing, int],
    actor: User | None,
    now: datetime,
) -> tuple[KeepApart, list[Booking]]:
    """From now on the two never share a session; `sides` gives each thing to one of the two, by patient id.

    In one transaction: the pair, the division, and the end of every booking, place in a line and standing booking
    ahead on the other's side; answers those bookings too. What `sides` leaves out exists for neither until it is
    divided. Raises InvalidInput for one person twice and for a side that is neither's, AlreadyApart.
    """
    if first.pk == second.pk:
        raise InvalidInput({"second": _("Name two people.")})
    ids = sorted((first.pk, second.pk))
    _check_sides(sides, ids)
    with refusing({"apart_once": AlreadyApart, "scheduling_keepapart.first_id": AlreadyApart}), transaction.atomic():
        lock_patients(ids)
        pair = KeepApart.objects.create(first_id=ids[0], second_id=ids[1], reason=reason, made_at=now, made_by=actor)
        for thing, patient_id in sides.items():
            _give(pair, thing, patient_id)
        ended = _end_what_is_hidden(ids, actor=actor, now=now)
        _note("kept_apart", pair, actor=actor, now=now, after={"sides": len(sides), "ended": len(ended)})
        apart_changed.send(KeepApart, patient_ids=ids, now=now)
    return pair, ended


@retrying_deadlocks
def divide(
    pair: KeepApart, sides: Mapping[Thing, int], *, actor: User | None, now: datetime
) -> tuple[KeepApart, list[Booking]]:
    """Give things to one side or the other, what is new or was given before; bookings on the wrong side end."""
    _check_sides(sides, pair.patient_ids)
    with transaction.atomic():
        lock_patients(pair.patient_ids)
        for thing, patient_id in sides.items():
            _give(pair, thing, patient_id)
        ended = _end_what_is_hidden(pair.patient_ids, actor=actor, now=now)
        _note("apart_divided", pair, actor=actor, now=now, after={"sides": len(sides), "ended": len(ended)})
        apart_changed.send(KeepApart, patient_ids=list(pair.patient_ids), now=now)
    return pair, ended


@retrying_deadlocks
def end_keep_apart(pair: KeepApart, *, actor: User | None, now: datetime) -> KeepApart:
    """The two may meet again; twice changes nothing."""
    with transaction.atomic():
        lock_patients(pair.patient_ids)
        current = there(KeepApart.objects.all(), pair.pk)
        if current.ended_at is None:
            current.ended_at, current.ended_by = now, actor
            current.save(update_fields=["ended_at", "ended_by"])
            _note("apart_ended", current, actor=actor, now=now, after={})
            apart_changed.send(KeepApart, patient_ids=list(current.patient_ids), now=now)
    return current


def division(pair: KeepApart, *, now: datetime) -> list[Share]:
    """What is on in the programs of the two, and whose it is; `patient_id` None: still to be divided."""
    sides = ApartSide.objects.filter(keep_apart=pair).values_list("series_id", "session_id", "patient_id")
    given: dict[Thing, int] = {
        ("series", series_id) if series_id else ("session", session_id): patient_id
        for series_id, session_id, patient_id in sides
    }
    return [
        Share(share.thing, share.title, share.row, given.get(share.thing), share.bookings)
        for share in _things(pair.patient_ids, now=now)
    ]


def _things(patient_ids: Iterable[int], *, now: datetime) -> list[Share]:
    """The series and single sessions ahead, for more than one, in the programs of either, in four queries."""
    ids = sorted(patient_ids)
    programs = set(Admission.objects.filter(patient__in=ids, discharged_on=None).values_list("program_id", flat=True))
    series = SessionSeries.objects.filter(program__in=programs, capacity__gt=1).select_related("site")
    alone = Session.objects.filter(
        program__in=programs, capacity__gt=1, series=None, starts_at__gt=now, state=SessionState.SCHEDULED
    ).select_related("site")
    counted = (
        Booking.objects.filter(patient__in=ids, starts_at__gt=now)
        .exclude(status=BookingStatus.CANCELLED)
        .order_by()
        .values_list("session__series_id", "session_id", "patient_id")
        .annotate(number=Count("pk"))
    )
    bookings: dict[Thing, dict[int, int]] = {}
    for series_id, session_id, patient_id, number in counted:
        thing: Thing = ("series", series_id) if series_id else ("session", session_id)
        theirs = bookings.setdefault(thing, {})
        theirs[patient_id] = theirs.get(patient_id, 0) + number
    running = [row for row in series if row.ends_on is None or row.ends_on >= local_date(now, row.site.zone)]
    found: list[tuple[Thing, SessionSeries | Session]] = [(("series", row.pk), row) for row in running]
    found += [(("session", row.pk), row) for row in alone.order_by("starts_at", "pk")]
    return [Share(thing, row.title, row, None, bookings.get(thing, {})) for thing, row in found]


def _check_sides(sides: Mapping[Thing, int], patient_ids: Iterable[int]) -> None:
    if set(sides.values()) - set(patient_ids):
        raise InvalidInput({"sides": _("Each side belongs to one of the two.")})
    for kind, model in (("series", SessionSeries), ("session", Session)):
        wanted = {pk for name, pk in sides if name == kind}
        rows: Any = model
        if rows.objects.filter(pk__in=wanted).count() < len(wanted):
            raise InvalidInput({"sides": _("There is no such series or session.")})


def _give(pair: KeepApart, thing: Thing, patient_id: int) -> None:
    kind, pk = thing
    wanted: dict[str, Any] = {f"{kind}_id": pk}
    ApartSide.objects.update_or_create(keep_apart=pair, **wanted, defaults={"patient_id": patient_id})


def _end_what_is_hidden(patient_ids: Iterable[int], *, actor: User | None, now: datetime) -> list[Booking]:
    """Call it under the locks of both: their bookings and memberships on sessions that no longer exist for them end."""
    ended: list[Booking] = []
    for patient_id in sorted(patient_ids):
        hidden = Session.objects.filter(hidden_from(patient_id), starts_at__gt=now)
        rows = Booking.objects.filter(patient_id=patient_id, session__in=hidden.values("pk"), marked_at=None)
        ended += release_all(
            list(rows.exclude(status=BookingStatus.CANCELLED)), actor=actor, now=now, reason=PLAN_CHANGED
        )
        sided = ApartSide.objects.filter(keep_apart__ended_at=None, series__isnull=False).filter(
            Q(keep_apart__first_id=patient_id) | Q(keep_apart__second_id=patient_id)
        )
        lost = sided.exclude(patient_id=patient_id).values("series_id")
        members = StandingBooking.objects.in_force().filter(patient_id=patient_id, series_id__in=lost, left_at=None)
        for row in members.select_related("series__site"):
            last = local_date(now, row.series.site.zone)
            end_membership(row, last=last, actor=actor, now=now, reason=PLAN_CHANGED)
    return ended


def _note(action: str, pair: KeepApart, *, actor: User | None, now: datetime, after: dict[str, Any]) -> None:
    """One entry for the pair; the trail of neither patient names the other."""
    record(action, pair, actor=actor, now=now, after=after)
