"""Writing what an edit's preview holds, set by set: a number of statements that does not grow with the bookings."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import date, datetime

from django.db.models import Case, F, IntegerField, Value, When

from people.models import User
from people.services.trail import record_all, trail_entry
from scheduling.enums import BookingStatus, Kind, SessionState
from scheduling.models import Booking, Session, SessionCounselor
from scheduling.services.booking_facts import CALLED_OFF
from scheduling.services.booking_facts import facts as booking_facts
from scheduling.services.invitations import withdraw_all, withdraw_of_all
from scheduling.services.series_fates import Fate
from scheduling.services.series_preview import Preview
from scheduling.services.series_targets import Target
from scheduling.services.sessions import facts as session_facts
from scheduling.services.waitlist import promote_after_commit
from scheduling.signals import bookings_changed, seats_changed, session_changed, sessions_planned

CHUNK = 500
UNFIT = "session moved"


def write_targets(preview: Preview, *, actor: User | None, now: datetime) -> list[Session]:
    """Under the locks of patients and sessions; the sessions that are new or come back.

    1. Those who lose their seat are cancelled, their seats given back, and family that cannot come is asked no more.
    2. The sessions change; those that are new are made, with whoever leads them.
    3. The bookings that stay follow their session.
    4. The trail and the signals say so.
    """
    before = {target.session.pk: session_facts(target.session) for target in preview.targets if target.session}
    lost = [fate for fate in preview.fates if fate.is_lost]
    freed = _cancel(lost, actor=actor, now=now)
    of_family = [fate.booking.pk for fate in lost if fate.target.row.kind == Kind.FAMILY]
    withdraw_of_all(of_family, actor=actor, now=now)
    withdraw_all([one.invitation.pk for one in preview.guests], actor=actor, now=now)
    written = [target for target in preview.targets if target.differs]
    bare = _bare(preview)
    _write_sessions([target for target in written if target.session is not None], bare, now=now)
    made = _make([target for target in written if target.session is None], bare, now=now)
    moved = _carry([fate for fate in preview.fates if not fate.is_lost], now=now)
    _record(preview, before, lost, actor=actor, now=now)
    touched = [target.session for target in written if target.session is not None]
    bookings = [fate.booking.pk for fate in lost] + moved
    if bookings:
        gave_up = sorted(fate.booking.pk for fate in lost if fate.booking.live)
        offered = sorted(fate.booking.pk for fate in lost if fate.booking.status == BookingStatus.OFFERED)
        bookings_changed.send(Booking, booking_ids=sorted(bookings), now=now, gave_up=gave_up, offered=offered)
    for session in touched:
        session_changed.send(Session, session_id=session.pk, before=before[session.pk], actor=actor, now=now)
    changed = sorted({session.pk for session in touched} | {session.pk for session in made})
    if changed:
        seats_changed.send(Session, session_ids=changed, now=now)
    planned = [session.pk for session in made if session.is_live]
    if planned:
        sessions_planned.send(Session, session_ids=planned, actor=actor, now=now)
    grown = [session.pk for session in touched if session.capacity > before[session.pk]["capacity"]]
    for session_id in sorted({*freed, *grown}):
        promote_after_commit(session_id)
    return [row for row in (*made, *(target.row for target in written if target.revived)) if row.is_live]


# --- bookings ---


def _cancel(lost: Sequence[Fate], *, actor: User | None, now: datetime) -> list[int]:
    """Cancel these bookings; the sessions of which a freed seat is held for somebody who waits. Nobody's is late."""
    if not lost:
        return []
    for reason, of_removed in ((CALLED_OFF, True), (UNFIT, False)):
        ids = [fate.booking.pk for fate in lost if fate.target.takes_place is not of_removed]
        for at in range(0, len(ids), CHUNK):
            Booking.objects.filter(pk__in=ids[at : at + CHUNK]).update(
                status=BookingStatus.CANCELLED,
                live=False,
                counted_minutes=0,
                late=False,
                cancelled_at=now,
                changed_at=now,
                cancelled_by=actor,
                cancel_reason=reason,
                sequence=F("sequence") + 1,
            )
    seats = Counter(fate.booking.session_id for fate in lost if fate.booking.live)
    staying = {fate.booking.session_id for fate in lost if fate.target.takes_place}
    waiting = set(
        Booking.objects.filter(session_id__in=staying, status=BookingStatus.WAITLISTED).values_list(
            "session_id", flat=True
        )
    )
    for session_id, count in sorted(seats.items()):
        Session.objects.filter(pk=session_id).update(
            seats_taken=F("seats_taken") - count, seats_held=F("seats_held") + (count if session_id in waiting else 0)
        )
    return sorted(waiting & set(seats))


def _carry(staying: Sequence[Fate], *, now: datetime) -> list[int]:
    """Bookings follow their session in time and minutes, a statement for each session and week; which ones did."""
    groups: dict[tuple[int, date], list[Fate]] = defaultdict(list)
    for fate in staying:
        target = fate.target
        if target.change == "moved" or target.columns.keys() & {"clinical_minutes", "room_id", "mode"}:
            week = fate.booking.admission.week_of(target.starts_at).starts_on
            groups[target.row.pk, week].append(fate)
    for (session_id, week), fates in groups.items():
        target = fates[0].target
        minutes = target.value("clinical_minutes")
        ids = [fate.booking.pk for fate in fates]
        for at in range(0, len(ids), CHUNK):
            Booking.objects.filter(pk__in=ids[at : at + CHUNK], session_id=session_id).update(
                starts_at=target.starts_at,
                ends_at=target.ends_at,
                week=week,
                counted_minutes=Case(When(live=True, then=Value(minutes)), default=0, output_field=IntegerField()),
                sequence=F("sequence") + 1,
                changed_at=now,
            )
    return [fate.booking.pk for fates in groups.values() for fate in fates]


# --- sessions ---


def _bare(preview: Preview) -> dict[int, tuple[set[int], bool]]:
    """For occurrences that clash, by their place among the targets: the counselors whom they do without, and whether
    their room."""
    found: dict[int, tuple[set[int], bool]] = {}
    for clash in preview.clashes:
        people, room = found.get(id(clash.target), (set(), False))
        if clash.what == "counselor":
            people = people | {clash.who}
        found[id(clash.target)] = (people, room or clash.what == "room")
    return found


def _write_sessions(targets: Sequence[Target], bare: dict[int, tuple[set[int], bool]], *, now: datetime) -> None:
    if not targets:
        return
    renamed = [target for target in targets if "occurrence_local" in target.columns]
    _free_names(renamed)
    names: set[str] = {"changed_at"}
    rows = []
    for target in targets:
        row = target.row
        columns = dict(target.columns)
        if id(target) in bare and bare[id(target)][1]:
            columns["room_id"] = None
        if target.change == "removed":
            columns = {"state": SessionState.CANCELLED, "off_series": target.by_series, "seats_held": 0}
        for name, value in columns.items():
            setattr(row, name, value)
        row.changed_at = now
        names |= {name.removesuffix("_id") for name in columns}
        rows.append(row)
    Session.objects.bulk_update(rows, sorted(names), batch_size=CHUNK)
    _write_leads(targets, bare)


def _free_names(renamed: Sequence[Target]) -> None:
    """Occurrences may take each other's wall times; until all have theirs, none has one."""
    ids = [target.session.pk for target in renamed if target.session is not None]
    if not ids:
        return
    series_id = renamed[0].session.series_id if renamed[0].session is not None else None
    Session.objects.filter(pk__in=ids).update(occurrence_local=None)
    wanted = [target.occurrence for target in renamed]
    Session.objects.filter(series_id=series_id, occurrence_local__in=wanted, off_series=True).update(
        occurrence_local=None
    )


def _write_leads(targets: Sequence[Target], bare: dict[int, tuple[set[int], bool]]) -> None:
    removed = [target.row.pk for target in targets if target.change == "removed"]
    SessionCounselor.objects.filter(session_id__in=removed).update(live=False)
    changed = [
        target
        for target in targets
        if target.change in {"moved", "added", "shut"} or target.counselor_ids is not None or id(target) in bare
    ]
    leads = {id(target): target.leads() for target in changed}
    SessionCounselor.objects.filter(session_id__in=[target.session.pk for target in changed if target.session]).delete()
    _lead(changed, leads, bare)


def _lead(targets: Sequence[Target], leads: dict[int, tuple[int, ...]], bare: dict[int, tuple[set[int], bool]]) -> None:
    SessionCounselor.objects.bulk_create(
        [
            SessionCounselor(
                session=target.session,
                counselor_id=pk,
                starts_at=target.starts_at,
                ends_at=target.ends_at,
                live=target.takes_place,
            )
            for target in targets
            for pk in leads[id(target)]
            if pk not in bare.get(id(target), (set(), False))[0]
        ],
        batch_size=CHUNK,
    )


def _make(targets: Sequence[Target], bare: dict[int, tuple[set[int], bool]], *, now: datetime) -> list[Session]:
    if not targets:
        return []
    rows = []
    for target in targets:
        columns = dict(target.columns)
        if id(target) in bare and bare[id(target)][1]:
            columns["room_id"] = None
        rows.append(Session(**columns, changed_at=now))
    made = Session.objects.bulk_create(rows, batch_size=CHUNK)
    SessionCounselor.objects.bulk_create(
        [
            SessionCounselor(
                session=row, counselor_id=pk, starts_at=row.starts_at, ends_at=row.ends_at, live=row.is_live
            )
            for row, target in zip(made, targets, strict=True)
            for pk in target.counselor_ids or ()
            if pk not in bare.get(id(target), (set(), False))[0]
        ],
        batch_size=CHUNK,
    )
    return made


# --- the trail ---


def _record(
    preview: Preview,
    before: dict[int, dict[str, object]],
    lost: Sequence[Fate],
    *,
    actor: User | None,
    now: datetime,
) -> None:
    entries = []
    reason = preview.edit.reason
    for target in preview.targets:
        row = target.session
        if row is None or not target.differs:
            continue
        called_off = target.was_live and not target.takes_place
        is_back = target.takes_place and not target.was_live
        action = "session_cancelled" if called_off else "session_restored" if is_back else "session_changed"
        after = {**session_facts(row), "counselors": sorted(target.leads())}
        if called_off:
            after["seated"] = [fate.booking.pk for fate in lost if fate.target is target and fate.booking.live]
        entries.append(
            trail_entry(action, row, actor=actor, now=now, before=before[row.pk], after=after, reason=reason)
        )
    for fate in lost:
        booking = fate.booking
        cancelled = {**booking_facts(booking), "status": BookingStatus.CANCELLED, "counted_minutes": 0, "late": False}
        entries.append(
            trail_entry(
                "cancelled",
                booking,
                actor=actor,
                now=now,
                patient_id=booking.patient_id,
                before=booking_facts(booking),
                after={**cancelled, "codes": list(fate.codes)},
                reason=UNFIT if fate.target.takes_place else CALLED_OFF,
            )
        )
    record_all(entries)
