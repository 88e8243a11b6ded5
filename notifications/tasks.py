"""The sweeps that beat starts. Each finds its work in rows, and may be run twice or lost."""

from celery import shared_task
from django.utils import timezone

from notifications.services.change_notices import queue_changes
from notifications.services.delivery import deliver_due
from notifications.services.digests import queue_digests
from notifications.services.nudges import queue_nudges
from notifications.services.reminders import queue_due


@shared_task
def queue_reminders() -> None:
    """Write an outbox row for every reminder, digest and nudge whose time has come."""
    now = timezone.now()
    queue_due(now=now)
    queue_digests(now=now)
    queue_nudges(now=now)


@shared_task
def tell_changes() -> None:
    """Write an outbox row for everybody whose appointments have changed, once things have come to rest."""
    queue_changes(now=timezone.now())


@shared_task
def deliver_messages() -> None:
    """Hand over the outbox rows that are due."""
    deliver_due(clock=timezone.now)
