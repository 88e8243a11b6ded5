"""Closing a week of a whole network, against the bare SQL that sums and stores the same minutes."""

from datetime import timedelta

from django.db import connection, transaction
from django.db.models import Count
from django.utils import timezone

from attendance.models import TreatmentWeek, WeekRevision
from attendance.services.closing import close_due_weeks
from bench.board import know_the_tables
from bench.figures import Figure, of_rates
from bench.sizes import Sizes
from bench.timing import seconds_of

BARE = """
UPDATE attendance_treatmentweek SET closed_at = %s, credited_minutes = COALESCE((
  SELECT SUM(booking.counted_minutes) FROM scheduling_booking AS booking
   WHERE booking.admission_id = attendance_treatmentweek.admission_id AND booking.live
     AND booking.week = attendance_treatmentweek.week AND booking.marked_at IS NOT NULL), 0)
 WHERE week = %s AND closed_at IS NULL
"""
"""No target, no status, no record of what was counted, no trail, no flag, no lock."""


def measure(sizes: Sizes) -> list[Figure]:
    """Weeks a second: this week of everybody, closed when its grace has passed."""
    know_the_tables()
    open_weeks = TreatmentWeek.objects.open().filter(ends_at__gt=timezone.now())
    week = open_weeks.values("week").annotate(people=Count("pk")).order_by("-people", "week")[0]["week"]
    later = timezone.now() + timedelta(days=14)
    TreatmentWeek.objects.open().exclude(week=week).delete()
    people = TreatmentWeek.objects.open().count()
    with transaction.atomic(), connection.cursor() as cursor:
        floor = seconds_of(lambda: cursor.execute(BARE, [later, week]))
        transaction.set_rollback(True)
    taken = seconds_of(lambda: close_due_weeks(now=later))
    closed = WeekRevision.objects.filter(week__week=week, number=1, at=later).count()
    if closed != people:
        raise AssertionError(f"{closed} of {people} weeks closed")
    return [of_rates("closing weeks", [taken], [floor], each=people, what="weeks")]
