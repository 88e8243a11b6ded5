"""Recording who opened what (rule 9)."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import models

from people.enums import Look
from people.models import Patient, User
from people.services.trail import record, record_all, trail_entry


def record_look(
    look: Look,
    subject: models.Model | tuple[str, int | None],
    *,
    actor: User,
    now: datetime,
    patient_id: int | None = None,
    asked: dict[str, Any] | None = None,
) -> None:
    """One entry for each look at a patient's record, a roster or a report; `asked` says which dates and what of it."""
    record(look, subject, actor=actor, now=now, patient_id=patient_id, after=asked)


def record_looks(look: Look, patients: Iterable[Patient], *, actor: User, now: datetime) -> None:
    """One entry for each of the people whom a list names."""
    record_all(trail_entry(look, patient, actor=actor, now=now, patient_id=patient.pk) for patient in patients)
