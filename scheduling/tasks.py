"""Sweeps: one task each, idempotent, nothing but the clock as input."""

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from scheduling.services import seat_offers, series, site_reopening, slots, standing, waitlist


@shared_task
def extend_horizon() -> int:
    """Turn series into sessions up to the horizon; what a site's hours take in again by now is held after all."""
    now = timezone.now()
    return series.extend_horizon(now=now, weeks=settings.HORIZON_WEEKS) + site_reopening.reopen_all(now=now)


@shared_task
def fill_standing() -> int:
    """Book what standing bookings lack."""
    return standing.fill_standing(now=timezone.now())


@shared_task
def expire_offers() -> int:
    """Take back offered seats that nobody took up in time; the next in line is asked."""
    return seat_offers.expire_offers(now=timezone.now())


@shared_task
def open_slots() -> int:
    """Open slots that nobody of a counselor's own took, as long before the start as their program says."""
    return slots.open_due(now=timezone.now())


@shared_task
def promote_waitlists() -> int:
    """Give out held seats that nobody was woken for."""
    return waitlist.promote_all(now=timezone.now())
