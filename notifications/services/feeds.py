"""Making, changing, rotating and revoking calendar feeds."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from notifications.enums import FeedColor, FeedDetail
from notifications.models import CalendarFeed
from notifications.models.feed import LONGEST_ALARM_MINUTES
from notifications.queries import token_digest
from notifications.services.events import SECOND, sync_patient
from people.errors import InvalidInput
from people.models import Patient, User
from people.services.trail import record
from scheduling.models import Booking
from scheduling.services.locks import lock_patient, lock_sessions

LONGEST_NAME = 60


@dataclass(frozen=True)
class FeedFields:
    """What an owner chooses; `alarm_minutes` is how long before the start, None for no alarm."""

    name: str
    detail: str
    alarm_minutes: int | None
    color: str


def create_feed(
    patient: Patient,
    *,
    actor: User | None,
    now: datetime,
    name: str = "",
    detail: str = FeedDetail.APPOINTMENT,
    alarm_minutes: int | None = None,
    color: str = FeedColor.NONE,
) -> tuple[CalendarFeed, str]:
    """A new feed and the path of its address, which is shown this once: only its digest is kept.

    1. Lock the patient and their sessions, so that no booking changes unseen meanwhile.
    2. Write the events that were not kept while there was no feed, and the feed.

    An empty name becomes "Appointments". Raises InvalidInput by field.
    """
    fields = _checked(FeedFields(name or _default_name(patient.language), detail, alarm_minutes, color))
    token = secrets.token_urlsafe(32)
    with transaction.atomic():
        lock_patient(patient.pk)
        _lock_sessions_of(patient.pk, now=now)
        sync_patient(patient.pk, now=now)
        feed = CalendarFeed.objects.create(
            patient=patient,
            token_hash=token_digest(token),
            created_at=now,
            changed_at=now.replace(microsecond=0),
            **_columns(fields),
        )
        record("feed_created", feed, actor=actor, now=now, patient_id=patient.pk, after=facts(feed))
    return feed, feed_path(token)


def change_feed(
    feed: CalendarFeed,
    *,
    actor: User | None,
    now: datetime,
    name: str,
    detail: str,
    alarm_minutes: int | None,
    color: str = FeedColor.NONE,
) -> CalendarFeed:
    """The feed with new fields; its address stays. Raises InvalidInput by field."""
    fields = _checked(FeedFields(name, detail, alarm_minutes, color))
    with transaction.atomic():
        locked = _lock(feed)
        before = facts(locked)
        for column, value in _columns(fields).items():
            setattr(locked, column, value)
        _move_on(locked, now=now)
        record(
            "feed_changed",
            locked,
            actor=actor,
            now=now,
            patient_id=locked.patient_id,
            before=before,
            after=facts(locked),
        )
    return locked


def rotate_feed(feed: CalendarFeed, *, actor: User | None, now: datetime) -> tuple[CalendarFeed, str]:
    """Give the feed a new address; the old one is dead at once, the events keep their UIDs.

    Raises InvalidInput for a revoked feed: what was revoked stays so.
    """
    token = secrets.token_urlsafe(32)
    with transaction.atomic():
        locked = _lock(feed)
        if locked.revoked_at is not None:
            raise InvalidInput({"id": _("This calendar was switched off. Make a new one.")})
        locked.token_hash = token_digest(token)
        locked.last_fetched_at = None
        _move_on(locked, now=now)
        record("feed_rotated", locked, actor=actor, now=now, patient_id=locked.patient_id)
    return locked, feed_path(token)


def revoke_feed(feed: CalendarFeed, *, actor: User | None, now: datetime) -> CalendarFeed:
    """Switch the feed off for good: its address is unknown from now on. Twice changes nothing."""
    with transaction.atomic():
        locked = _lock(feed)
        if locked.revoked_at is None:
            locked.revoked_at = now
            _move_on(locked, now=now)
            record("feed_revoked", locked, actor=actor, now=now, patient_id=locked.patient_id)
    return locked


def feed_path(token: str) -> str:
    """The path that a calendar app subscribes to; whoever shows it puts the address before it that people came by."""
    return reverse("calendar-feed", args=[token])


def facts(feed: CalendarFeed) -> dict[str, Any]:
    """What the trail keeps of a feed; not its name, which is the owner's own text."""
    return {"detail": str(feed.detail), "alarm_minutes": feed.alarm_minutes}


def _lock(feed: CalendarFeed) -> CalendarFeed:
    lock_patient(feed.patient_id)
    return CalendarFeed.objects.select_for_update(no_key=True).get(pk=feed.pk)


def _lock_sessions_of(patient_id: int, *, now: datetime) -> None:
    sessions = Booking.objects.filter(patient_id=patient_id, ends_at__gte=now).values_list("session_id", flat=True)
    lock_sessions(*sessions)


def _move_on(feed: CalendarFeed, *, now: datetime) -> None:
    feed.version += 1
    feed.changed_at = max(now.replace(microsecond=0), feed.changed_at + SECOND)
    feed.save()


def _columns(fields: FeedFields) -> dict[str, Any]:
    return {
        "name": fields.name,
        "detail": FeedDetail(fields.detail),
        "alarm_minutes": fields.alarm_minutes,
        "color": FeedColor(fields.color),
    }


def _default_name(language: str) -> str:
    with translation.override(language):
        return gettext("Appointments")


def _checked(fields: FeedFields) -> FeedFields:
    errors: dict[str, Any] = {}
    name = _one_line(fields.name)
    if not name or len(name) > LONGEST_NAME:
        errors["name"] = _("Write a name of at most %(most)s characters.") % {"most": LONGEST_NAME}
    if fields.detail not in FeedDetail.values:
        errors["detail"] = _("Choose busy, appointment or full.")
    alarm = fields.alarm_minutes
    if alarm is not None and not 0 <= alarm <= LONGEST_ALARM_MINUTES:
        errors["alarm_minutes"] = _("An alarm comes at most a week before.")
    if fields.color not in FeedColor.values:
        errors["color"] = _("Choose one of the colors.")
    if errors:
        raise InvalidInput(errors)
    return FeedFields(name, fields.detail, alarm, fields.color)


def _one_line(text: str) -> str:
    """The text with every run of blanks and control characters made one blank: a line break would end a property."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
