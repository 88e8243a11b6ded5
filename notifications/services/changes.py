"""Noting whom a change concerns, in the transaction of the change itself; telling them is `change_notices`' work."""

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import Exists, OuterRef

from notifications.domain.changes import Standing
from notifications.models import CalendarFeed, Change
from notifications.services.offer_changes import unheard_of, unheard_offers
from people.models import Counselor, User
from scheduling.enums import HOLDS_SEAT, BookingStatus, SessionState
from scheduling.models import Booking, Session, SessionCounselor

CHUNK = 500
PLACED = ("starts_at", "ends_at", "state", "site", "room", "mode")
"""What a session's own people learn of, besides who leads it."""


class ChangedBooking(NamedTuple):
    """A booking just after it changed, beside what it means to the patient's calendars and messages."""

    pk: int
    live: bool
    status: str
    patient_id: int
    account_id: int | None
    session_id: int
    created_at: datetime
    created_by_id: int | None
    cancelled_by_id: int | None
    starts_at: datetime
    ends_at: datetime
    site: int
    room: int | None
    mode: str
    has_feed: bool
    has_row: bool
    held_until: datetime | None

    @property
    def standing(self) -> Standing:
        """The appointment as the booking shows it."""
        return Standing(True, self.starts_at, self.ends_at, self.site, self.room, self.mode)


def changed_bookings(booking_ids: Iterable[int]) -> list[ChangedBooking]:
    """What receivers need to know of bookings that changed, in one query."""
    feeds = CalendarFeed.objects.live().filter(patient=OuterRef("patient"))
    rows = Change.objects.filter(patient=OuterRef("patient"), session=OuterRef("session"))
    found = Booking.objects.filter(pk__in=list(booking_ids)).order_by("pk")
    return [
        ChangedBooking(*row)
        for row in found.values_list(
            *("pk", "live", "status", "patient_id", "patient__user_id", "session_id", "created_at", "created_by_id"),
            *("cancelled_by_id", "starts_at", "ends_at", "session__site_id", "session__room_id", "session__mode"),
            Exists(feeds),
            Exists(rows),
            "offer_expires_at",
        )
    ]


def note_bookings(
    rows: Iterable[ChangedBooking],
    *,
    gave_up: Collection[int],
    now: datetime,
    offered: Collection[int] = (),
    answered: Collection[int] = (),
) -> None:
    """Patients are told of what others book and cancel for them.

    What they do themselves they know: it settles whatever waited to be told of it. Places that a worker takes for
    somebody with a standing booking are expected, unless they were told that the evening is off. Of an offer that is
    gone with its session only those hear who had heard of it; one that was answered, or is over, needs no telling.
    """
    news: list[Change] = []
    known_by_doing: list[ChangedBooking] = []
    unheard = unheard_offers(offered)
    for row in rows:
        if row.pk in answered or row.pk in unheard or _is_over(row, gave_up):
            known_by_doing.append(row)
            continue
        made = row.created_at == now and row.status == BookingStatus.BOOKED
        if not made and row.pk not in gave_up:
            continue
        by = row.created_by_id if made else row.cancelled_by_id
        if by is not None and by == row.account_id:
            known_by_doing.append(row)
        elif not made or by is not None or row.has_row:
            known = _off(row.standing) if made else _held(row) if row.pk in offered else row.standing
            news.append(_of_patient(row.patient_id, row.session_id, known, now=now))
    _forget(known_by_doing)
    _keep(news)


def note_session(session: Session, before: dict[str, Any], *, actor: User | None, now: datetime) -> None:
    """Who is booked and who leads, or led until now, is told of another time, place or way, and of a replacement."""
    after = facts_of(session)
    placed = any(before.get(name, after[name]) != after[name] for name in PLACED)
    led = set(before.get("counselors", after["counselors"]))
    leads = set(after["counselors"])
    was = _standing(before, session)
    if max(was.starts_at, session.starts_at) <= now:
        return
    news = []
    if placed and was.live and session.is_live:
        news = _of_seated(session, was, now=now)
    concerned = led | leads if placed else led ^ leads
    for counselor_id, user_id in _accounts(concerned):
        if actor is not None and user_id == actor.pk:
            Change.objects.filter(user_id=user_id, session=session).delete()
            continue
        known = was if counselor_id in led else _off(was)
        news.append(
            Change(recipient=f"user:{user_id}", user_id=user_id, session=session, known=known.as_json(), changed_at=now)
        )
    _keep(news)


def note_planned(session_ids: Collection[int], *, actor: User | None, now: datetime) -> None:
    """Who is to lead new sessions is told of those still to come, unless they made them; the horizon's are expected."""
    if actor is None:
        return
    leads = SessionCounselor.objects.filter(session_id__in=session_ids, live=True, starts_at__gt=now)
    mine = leads.exclude(counselor__user=None).exclude(counselor__user=actor)
    _keep(
        [
            Change(
                recipient=f"user:{lead.counselor.user_id}",
                user_id=lead.counselor.user_id,
                session=lead.session,
                known=unheard_of(lead.session).as_json(),
                changed_at=now,
            )
            for lead in mine.select_related("counselor", "session").order_by("pk")
        ]
    )


def note_unreached(booking: Booking, *, now: datetime) -> None:
    """A seat was offered to, or booked for, somebody whom no message reaches: they do not know of it."""
    known = unheard_of(booking.session)
    _keep([_of_patient(booking.patient_id, booking.session_id, known, now=now)])


def _of_seated(session: Session, was: Standing, *, now: datetime) -> list[Change]:
    """Those booked, and those asked who have heard of it; who has not yet is told how it is by then."""
    rows = Booking.objects.live().filter(session=session, status__in=HOLDS_SEAT).order_by("patient_id")
    booked = list(rows.only("patient_id", "status", "offer_expires_at"))
    unheard = unheard_offers([row.pk for row in booked if row.status == BookingStatus.OFFERED])
    return [
        _of_patient(row.patient_id, session.pk, replace(was, held_until=row.held_until), now=now)
        for row in booked
        if row.pk not in unheard
    ]


def _is_over(row: ChangedBooking, gave_up: Collection[int]) -> bool:
    """An offer to which somebody said no, or nothing in time."""
    return row.status == BookingStatus.CANCELLED and row.held_until is not None and row.pk not in gave_up


def _held(row: ChangedBooking) -> Standing:
    return replace(row.standing, held_until=row.held_until or row.starts_at)


def facts_of(session: Session) -> dict[str, Any]:
    """The session as `before` describes it, read now."""
    leads = SessionCounselor.objects.filter(session=session).values_list("counselor_id", flat=True)
    return {
        "starts_at": session.starts_at.isoformat(),
        "ends_at": session.ends_at.isoformat(),
        "state": session.state,
        "site": session.site_id,
        "room": session.room_id,
        "mode": session.mode,
        "counselors": sorted(leads),
    }


def _standing(before: dict[str, Any], session: Session) -> Standing:
    return Standing(
        live=before["state"] != SessionState.CANCELLED,
        starts_at=datetime.fromisoformat(before["starts_at"]),
        ends_at=datetime.fromisoformat(before["ends_at"]),
        site=before.get("site", session.site_id),
        room=before["room"],
        mode=before["mode"],
    )


def _off(standing: Standing) -> Standing:
    return replace(standing, live=False)


def _accounts(counselor_ids: set[int]) -> list[tuple[int, int]]:
    if not counselor_ids:
        return []
    rows = Counselor.objects.filter(pk__in=counselor_ids, user__isnull=False).order_by("pk")
    return list(rows.values_list("pk", "user_id"))


def _of_patient(patient_id: int, session_id: int, known: Standing, *, now: datetime) -> Change:
    return Change(
        recipient=f"patient:{patient_id}",
        patient_id=patient_id,
        session_id=session_id,
        known=known.as_json(),
        changed_at=now,
    )


def _keep(news: list[Change]) -> None:
    """One row each; what is known of one that is there already stays what it was."""
    once = {(one.recipient, one.session_id): one for one in reversed(news)}
    if once:
        Change.objects.bulk_create(
            [once[key] for key in sorted(once)],
            update_conflicts=True,
            unique_fields=["recipient", "session"],
            update_fields=["waiting", "changed_at"],
            batch_size=CHUNK,
        )


def _forget(rows: Iterable[ChangedBooking]) -> None:
    for row in rows:
        if row.has_row:
            Change.objects.filter(patient_id=row.patient_id, session_id=row.session_id).delete()
