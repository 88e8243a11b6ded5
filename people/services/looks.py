"""Recording who opened what (rule 9)."""

from datetime import datetime

from django.db import models

from people.enums import Look
from people.models import User
from people.services.trail import record


def record_look(
    look: Look,
    subject: models.Model | tuple[str, int | None],
    *,
    actor: User,
    now: datetime,
    patient_id: int | None = None,
) -> None:
    """One entry for each look at a patient's record, a roster or a report."""
    record(look, subject, actor=actor, now=now, patient_id=patient_id)
