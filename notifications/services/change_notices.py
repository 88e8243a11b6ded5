"""Telling people what changed: one message for everything that somebody did, once they have stopped."""

import logging
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F, Max, Min, Q
from django.db.models.functions import Coalesce

from notifications.change_texts import change_text
from notifications.domain.changes import URGENT_WITHIN, Standing, Told, difference, exchanged
from notifications.enums import OPEN_STATES, MessageKind, MessageState
from notifications.models import Change, Message
from notifications.services.emails import new_email
from notifications.services.offer_changes import note_failed_offers
from notifications.services.recipients import Recipient, recipients_of
from notifications.services.truth import JUDGES, Drop, Postpone, Say, Verdict
from notifications.texts import Text
from people.models import Site
from scheduling.enums import BookingStatus
from scheduling.models import Booking, SessionCounselor

logger = logging.getLogger(__name__)

QUIET = timedelta(minutes=1)
"""Whoever plans moves things to and fro: what they did is told once nothing has changed for so long."""

CLOSE = timedelta(hours=1)
"""What begins this soon does not wait for that."""

PATIENCE = timedelta(minutes=10)
"""A message that is ready waits no longer than this for more to be done."""

CHUNK = 200


class _AnotherWasFaster(Exception):
    """A sweep beside this one has taken the recipient's changes."""


@dataclass(frozen=True)
class Open:
    """What one recipient has not been told: by row, what is new; `settled` need no telling; `sites` by their ids."""

    told: dict[int, Told]
    settled: tuple[Change, ...]
    exchanges: frozenset[int]
    sites: dict[int, Site]

    @property
    def lines(self) -> list[Told]:
        """What to say, an exchange said as one."""
        return exchanged(self.told.values(), [self.told[pk] for pk in self.exchanges if pk in self.told])

    @property
    def home(self) -> Site:
        """The site that speaks: that of the first appointment."""
        return self.sites[self.lines[0].after.site]

    def is_urgent(self, now: datetime) -> bool:
        """Whether quiet hours give way."""
        return any(one.begins_at <= now + URGENT_WITHIN for one in self.told.values())


def queue_changes(*, now: datetime) -> int:
    """Write one message for each recipient whose changes have come to rest; how many were written.

    1. What a sent message said is what its recipient knows; changes of a message that was dropped, or has failed and
       is out of date, wait for another one. An offer that no message could bring waits to be told.
    2. Recipients about whose appointments nothing has changed for a minute, or whose next begins within the hour.
    3. What is as they know it, or over, needs no telling; of the rest one message is written and takes their rows.

    Each recipient is a transaction, and only rows that no message has are taken: a sweep that dies, or runs beside
    another, loses and doubles nothing.
    """
    settle_messages()
    note_failed_offers()
    queued = 0
    waiting = _at_rest(now=now)
    for start in range(0, len(waiting), CHUNK):
        chunk = waiting[start : start + CHUNK]
        opened = open_changes(chunk, now=now, only_free=True)
        people = recipients_of(opened)
        for recipient, found in sorted(opened.items()):
            queued += _queue(people.get(recipient), found, now=now)
    return queued


def settle_messages() -> None:
    """What a sent message said becomes what is known; rows of messages that will not be sent are free again."""
    rows = Change.objects.waiting()
    rows.filter(message__state=MessageState.SENT).update(message=None, known=Coalesce("said", "known"), said=None)
    outdated = Q(message__state=MessageState.FAILED, changed_at__gt=F("message__created_at"))
    rows.filter(outdated | Q(message__state=MessageState.DROPPED)).update(message=None, said=None)


def open_changes(recipients: Collection[str], *, now: datetime, only_free: bool = False) -> dict[str, Open]:
    """What each of the recipients has not been told, in a constant number of queries; `only_free`: rows that no
    message has."""
    found = Change.objects.waiting().filter(recipient__in=list(recipients)).select_related("session").order_by("pk")
    rows = list(found.filter(message=None) if only_free else found)
    coming, exchanges, sites = _coming(rows), _exchanges(rows), _sites(rows)
    grouped: dict[str, list[Change]] = defaultdict(list)
    for row in rows:
        grouped[row.recipient].append(row)
    opened = {recipient: _open(own, coming, now=now) for recipient, own in grouped.items()}
    return {
        recipient: Open(told, tuple(settled), exchanges & told.keys(), sites)
        for recipient, (told, settled) in opened.items()
    }


def settle(rows: Iterable[Change]) -> None:
    """These need no telling any more, unless they changed since they were read."""
    for row in rows:
        Change.objects.filter(pk=row.pk, changed_at=row.changed_at).update(waiting=False)


def know(recipient: str, rows: dict[int, Told]) -> None:
    """The recipient has heard it in another way: this is what they know now."""
    for pk, told in rows.items():
        mine = Change.objects.filter(pk=pk, recipient=recipient)
        mine.update(known=told.after.as_json(), said=None, waiting=False, message=None)


def judge_change(message: Message, now: datetime) -> Verdict:
    """Everything that is new by now, in one message; what has been taken back meanwhile is not said.

    What is about to be said is noted on the rows, so that once the message is sent it counts as known.
    """
    recipient = f"patient:{message.patient_id}" if message.patient_id else f"user:{message.user_id}"
    person = recipients_of([recipient]).get(recipient)
    found = open_changes([recipient], now=now).get(recipient)
    if person is None or not person.may_be_written_to:
        return Drop("unwanted")
    if found is None or not found.told:
        return Drop("nothing_new")
    due_at = _due_at(person, found, message, now=now)
    if due_at > now:
        return Postpone(due_at)
    text = _text(person, found)
    for pk, told in found.told.items():
        Change.objects.filter(pk=pk).update(message=message, said=told.after.as_json())
    return Say(person.contact, found.home.sender_name, person.language, text.subject, text.body)


JUDGES[MessageKind.CHANGE] = judge_change


def _at_rest(*, now: datetime) -> list[str]:
    resting = Q(latest__lte=now - QUIET) | Q(soonest__lte=now + CLOSE)
    groups = (
        Change.objects.waiting()
        .order_by()
        .values("recipient")
        .annotate(
            latest=Max("changed_at"),
            soonest=Min("session__starts_at"),
            opened=Max("message", filter=Q(message__state__in=OPEN_STATES)),
            free=Min("pk", filter=Q(message=None)),
        )
        .filter(resting, opened=None, free__isnull=False)
    )
    return sorted(groups.values_list("recipient", flat=True))


def _coming(rows: Sequence[Change]) -> dict[tuple[str, int], datetime | None]:
    """Who comes to, or leads, which of the sessions; until when it is held for whoever is only asked."""
    sessions = {row.session_id for row in rows}
    patients = {row.patient_id for row in rows if row.patient_id}
    users = {row.user_id for row in rows if row.user_id}
    booked = Booking.objects.live().filter(patient_id__in=patients, session_id__in=sessions)
    leads = SessionCounselor.objects.filter(counselor__user_id__in=users, session_id__in=sessions, live=True)
    columns = booked.values_list("patient_id", "session_id", "status", "offer_expires_at")
    coming = {
        (f"patient:{who}", pk): held_until if status == BookingStatus.OFFERED else None
        for who, pk, status, held_until in columns
    }
    return coming | {(f"user:{who}", pk): None for who, pk in leads.values_list("counselor__user_id", "session_id")}


def _exchanges(rows: Sequence[Change]) -> frozenset[int]:
    """The rows of appointments that were given up for another one."""
    moved = Booking.objects.filter(
        patient_id__in={row.patient_id for row in rows if row.patient_id},
        session_id__in={row.session_id for row in rows},
        status=BookingStatus.CANCELLED,
        cancel_reason="moved",
    )
    pairs = set(moved.values_list("patient_id", "session_id"))
    return frozenset(row.pk for row in rows if (row.patient_id, row.session_id) in pairs)


def _sites(rows: Sequence[Change]) -> dict[int, Site]:
    """Where the appointments are, and were."""
    ids = {row.session.site_id for row in rows} | {Standing.from_json(row.known).site for row in rows}
    return Site.objects.in_bulk(ids) if ids else {}


def _open(
    rows: Sequence[Change], coming: dict[tuple[str, int], datetime | None], *, now: datetime
) -> tuple[dict[int, Told], list[Change]]:
    told: dict[int, Told] = {}
    settled: list[Change] = []
    for row in rows:
        session = row.session
        after = Standing(
            live=(row.recipient, session.pk) in coming and session.is_live,
            starts_at=session.starts_at,
            ends_at=session.ends_at,
            site=session.site_id,
            room=session.room_id,
            mode=session.mode,
            goes_on=session.is_live,
            held_until=coming.get((row.recipient, session.pk)),
        )
        found = difference(Standing.from_json(row.known), after, now=now)
        if found is None:
            settled.append(row)
        else:
            told[row.pk] = found
    return told, settled


def _queue(person: Recipient | None, found: Open, *, now: datetime) -> int:
    settle(found.settled)
    if person is None or not person.may_be_written_to or not found.told:
        return 0
    try:
        text = _text(person, found)
        due_at = now if found.is_urgent(now) else person.quiet.hold(now)
    except (KeyError, ValueError):  # an unknown zone is a KeyError; it stops nobody else's
        logger.exception("changes of %s cannot be told", person.key)
        return 0
    try:
        with transaction.atomic():
            message = new_email(
                MessageKind.CHANGE,
                text,
                contact=person.contact,
                language=person.language,
                now=now,
                due_at=due_at,
                sender_name=found.home.sender_name,
                patient_id=person.patient_id,
                user_id=person.user_id,
            )
            message.save()
            free = Change.objects.waiting().filter(pk__in=found.told, message=None)
            if free.update(message=message) != len(found.told):
                raise _AnotherWasFaster
    except _AnotherWasFaster:
        return 0
    return 1


def _due_at(person: Recipient, found: Open, message: Message, *, now: datetime) -> datetime:
    """Now; or the end of quiet hours, or of what is still being done."""
    if found.is_urgent(now):
        return now
    changed = Change.objects.filter(pk__in=found.told).values_list("changed_at", flat=True)
    rests_at = min(max(changed, default=now) + QUIET, message.created_at + PATIENCE)
    return max(now, rests_at, person.quiet.hold(now))


def _text(person: Recipient, found: Open) -> Text:
    return change_text(
        found.lines,
        staff=person.user_id is not None,
        sites=found.sites,
        language=person.language,
        base_url=settings.BASE_URL,
    )
