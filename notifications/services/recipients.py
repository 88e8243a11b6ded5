"""Whom messages reach: address, language and quiet hours of patients and accounts, as they stand now."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import time
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import CharField, OuterRef, Subquery, Value
from django.db.models.functions import Coalesce, NullIf

from notifications.domain.quiet import QuietHours
from notifications.models.preference import QUIET_FROM, QUIET_UNTIL
from people.models import Admission, Membership, Patient, User


@dataclass(frozen=True)
class Recipient:
    """A patient or an account of the staff, as a message needs to know them; `key` is "patient:ID" or "user:ID"."""

    key: str
    patient_id: int | None
    user_id: int | None
    contact: str
    language: str
    email_enabled: bool
    quiet: QuietHours

    @property
    def may_be_written_to(self) -> bool:
        """Whether there is an address, and they want to be written to."""
        return bool(self.contact) and self.email_enabled


def recipients_of(keys: Iterable[str]) -> dict[str, Recipient]:
    """Those behind the keys, in two queries at most; an account that was closed is left out."""
    wanted: dict[str, list[int]] = {"patient": [], "user": []}
    for key in keys:
        kind, _, pk = key.partition(":")
        wanted[kind].append(int(pk))
    found = [*_patients(wanted["patient"]), *_users(wanted["user"])]
    return {one.key: one for one in found}


def _patients(ids: list[int]) -> Iterator[Recipient]:
    if not ids:
        return
    latest = Admission.objects.filter(patient=OuterRef("pk")).values("site__time_zone")[:1]
    contact = Coalesce(NullIf("email", Value("")), "user__email", Value(""), output_field=CharField())
    rows = Patient.objects.filter(pk__in=ids).annotate(contact=contact, zone=Subquery(latest))
    for pk, *facts in rows.values_list("pk", "contact", "language", "zone", *_preference("notification_preference")):
        yield _recipient(f"patient:{pk}", pk, None, facts)


def _users(ids: list[int]) -> Iterator[Recipient]:
    if not ids:
        return
    first = Membership.objects.filter(user=OuterRef("pk")).order_by("pk").values("site__time_zone")[:1]
    rows = User.objects.filter(pk__in=ids, is_active=True).annotate(zone=Subquery(first))
    for pk, *facts in rows.values_list("pk", "email", "language", "zone", *_preference("notification_preference")):
        yield _recipient(f"user:{pk}", None, pk, facts)


def _preference(relation: str) -> tuple[str, ...]:
    return tuple(f"{relation}__{name}" for name in ("email_enabled", "quiet_from", "quiet_until"))


def _recipient(key: str, patient_id: int | None, user_id: int | None, facts: list[Any]) -> Recipient:
    contact, language, zone, enabled, quiet_from, quiet_until = facts
    begins: time = QUIET_FROM if quiet_from is None else quiet_from
    ends: time = QUIET_UNTIL if quiet_until is None else quiet_until
    quiet = QuietHours(begins, ends, ZoneInfo(zone or "UTC"))
    return Recipient(key, patient_id, user_id, contact, language, enabled is not False, quiet)
