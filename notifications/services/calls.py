"""Whom to phone, because no message can tell them in time of what changed; and that they were phoned."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F

from attendance.enums import CallOutcome, OutreachKind
from attendance.services.outreach import note_contact
from notifications.domain.changes import Told
from notifications.enums import CallReason, MessageState
from notifications.models import Change, Message
from notifications.services.change_notices import know, open_changes
from notifications.services.recipients import Recipient, recipients_of
from people.models import Patient, Site, User
from people.services.trail import record

SOON = timedelta(hours=24)
NOT_REACHED = frozenset({CallOutcome.NO_ANSWER})


@dataclass(frozen=True)
class ToCall:
    """Somebody who does not know yet, what they should, and why no message has told them."""

    patient: Patient
    lines: Sequence[Told]
    reason: CallReason
    sites: Mapping[int, Site]

    @property
    def begins_at(self) -> datetime:
        """When it is too late."""
        return min(one.too_late_at for one in self.lines)

    @property
    def is_asked(self) -> bool:
        """Whether a seat is held for them until they answer."""
        return any(one.is_offer for one in self.lines)


def people_to_call(user: User, *, now: datetime) -> list[ToCall]:
    """Patients whom one sees and who do not know of a change within a day, or of an offer, the most pressing first.

    A constant number of queries.
    """
    rows = Change.objects.waiting().visible_to(user).exclude(patient=None)
    newest_last = F("message").asc(nulls_first=True)
    messages = dict(rows.order_by(newest_last).values_list("recipient", "message_id"))
    opened = open_changes(list(messages), now=now)
    people = recipients_of(opened)
    states = dict(Message.objects.filter(pk__in=[pk for pk in messages.values() if pk]).values_list("pk", "state"))
    patients = Patient.objects.in_bulk([one.patient_id for one in people.values() if one.patient_id])
    found = []
    for key, whose in opened.items():
        person = people.get(key)
        if person is None or person.patient_id is None or not whose.told:
            continue
        reason = _reason(person, states.get(messages[key] or 0))
        one = ToCall(patients[person.patient_id], whose.lines, reason, whose.sites)
        if now < one.begins_at and (one.is_asked or one.begins_at <= now + SOON):
            found.append(one)
    return sorted(found, key=lambda one: (one.begins_at, one.patient.pk))


def note_call(patient: Patient, *, outcome: str, actor: User, now: datetime) -> bool:
    """A call about what changed, kept among the contacts; whether they know now.

    Unless nobody answered they do, and no message tells them again. Raises InvalidInput for an outcome that is none.
    """
    key = f"patient:{patient.pk}"
    with transaction.atomic():
        note_contact(patient, kind=OutreachKind.CALL, outcome=outcome, actor=actor, now=now)
        if outcome in NOT_REACHED:
            return False
        opened = open_changes([key], now=now).get(key)
        if opened is not None and opened.told:
            know(key, opened.told)
            after = {"changes": sorted(opened.told)}
            record("changes_told", patient, actor=actor, now=now, patient_id=patient.pk, after=after)
    return True


def _reason(person: Recipient, state: str | None) -> CallReason:
    if not person.contact:
        return CallReason.NO_ADDRESS
    if not person.email_enabled:
        return CallReason.UNWANTED
    return CallReason.FAILED if state == MessageState.FAILED else CallReason.NOT_SENT
