"""The sweeps: each finds its own work, and may run twice."""

from celery import shared_task
from django.utils import timezone

from attendance.services import closing, flags, marking, plan_suggestions, report_runs, weeks


@shared_task(name="attendance.tasks.recount_weeks")
def recount_weeks() -> None:
    """Make the weeks that lack, and count again those that are behind."""
    now = timezone.now()
    weeks.ensure_weeks(now=now)
    marking.take_up_marks(now=now)
    marking.mark_what_time_changed(now=now)
    weeks.recount_stale(now=now)


@shared_task(name="attendance.tasks.evaluate_flags")
def evaluate_flags() -> None:
    """Raise and resolve flags."""
    flags.evaluate(now=timezone.now())


@shared_task(name="attendance.tasks.close_weeks")
def close_weeks() -> None:
    """Close the weeks that are over and signed, or past their grace."""
    closing.close_due_weeks(now=timezone.now())


@shared_task(name="attendance.tasks.suggest_plans")
def suggest_plans() -> None:
    """Say which plans could step down, and which should be looked at again."""
    plan_suggestions.suggest(now=timezone.now())


@shared_task(name="attendance.tasks.make_reports", time_limit=3600)
def make_reports() -> None:
    """Make the reports that wait, and delete those that have expired."""
    report_runs.forget_expired(now=timezone.now())
    report_runs.make_waiting(clock=timezone.now)
