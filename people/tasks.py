"""Sweeps: one task each, idempotent, nothing but the clock as input."""

from celery import shared_task
from django.utils import timezone

from people.services.closures import propose_holidays as propose


@shared_task
def propose_holidays() -> int:
    """Propose the public holidays ahead to every site."""
    return propose(now=timezone.now())
