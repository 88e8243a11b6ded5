"""Writing the trail, in the transaction of the change that it tells of."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import models

from people.models import TrailEntry, User


def record(
    action: str,
    subject: models.Model | tuple[str, int | None],
    *,
    actor: User | None,
    now: datetime,
    patient_id: int | None = None,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    reason: str = "",
) -> TrailEntry:
    """Add one entry. `before` and `after` hold ids, times and figures, never names or contact details.

    `subject` is a row, or a (type, id) pair where no row stands behind it (a board, a report).
    """
    entry = trail_entry(
        action, subject, actor=actor, now=now, patient_id=patient_id, before=before, after=after, reason=reason
    )
    entry.save(force_insert=True)
    return entry


def record_all(entries: Iterable[TrailEntry]) -> None:
    """Add many entries at once, made by `trail_entry`."""
    TrailEntry.objects.bulk_create(entries, batch_size=500)


def trail_entry(
    action: str,
    subject: models.Model | tuple[str, int | None],
    *,
    actor: User | None,
    now: datetime,
    patient_id: int | None = None,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    reason: str = "",
) -> TrailEntry:
    """An entry as `record` adds it, not yet added."""
    subject_type, subject_id = subject if isinstance(subject, tuple) else (type(subject).__name__.lower(), subject.pk)
    return TrailEntry(
        at=now,
        actor_id=actor.pk if actor else None,
        action=action,
        subject_type=subject_type,
        subject_id=subject_id,
        patient_id=patient_id,
        before=before,
        after=after,
        reason=reason[:300],
    )


def record_many(
    action: str,
    subjects: Sequence[tuple[models.Model, dict[str, Any]]],
    *,
    actor: User | None,
    now: datetime,
    patient_id: Callable[[Any], int],
    reason: str = "",
) -> None:
    """An entry for each of many rows, beside what it became, in one statement; `patient_id` reads it off the row."""
    TrailEntry.objects.bulk_create(
        [
            TrailEntry(
                at=now,
                actor_id=actor.pk if actor else None,
                action=action,
                subject_type=type(subject).__name__.lower(),
                subject_id=subject.pk,
                patient_id=patient_id(subject),
                after=after,
                reason=reason[:300],
            )
            for subject, after in subjects
        ],
        batch_size=500,
    )
