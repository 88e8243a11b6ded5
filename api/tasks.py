"""What the API has to tidy up."""

from celery import shared_task
from django.utils import timezone

from api.idempotency import forget


@shared_task
def forget_answers() -> None:
    """Delete kept answers after a day."""
    forget(now=timezone.now())
