"""Changing how somebody wants to be told."""

from datetime import datetime, time

from django.db import transaction

from notifications.models import NotificationPreference
from people.models import Patient, User
from people.services.trail import record


def change_preference(
    owner: Patient | User,
    *,
    email_enabled: bool,
    quiet_from: time,
    quiet_until: time,
    actor: User | None,
    now: datetime,
) -> NotificationPreference:
    """Write the preference of a patient or a staff account. Quiet hours are the person's wall times; equal ends: none.

    What waits to be sent obeys the new preference: every message asks again just before it goes.
    """
    who = {"patient": owner} if isinstance(owner, Patient) else {"user": owner}
    columns = {"email_enabled": email_enabled, "quiet_from": quiet_from, "quiet_until": quiet_until}
    with transaction.atomic():
        preference, _ = NotificationPreference.objects.update_or_create(**who, defaults={**columns, "changed_at": now})
        after = {name: str(value) for name, value in columns.items()}
        patient_id = owner.pk if isinstance(owner, Patient) else None
        record("preference_changed", preference, actor=actor, now=now, patient_id=patient_id, after=after)
    return preference
