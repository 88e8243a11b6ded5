"""Series: turning many into sessions against bare bulk insert, and an edit of all against two bare updates."""

from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from bench.clinic import BATCH, Clinic, bookings, clinic
from bench.figures import Figure, of_times
from bench.sizes import Sizes
from bench.timing import in_turns
from people.models import Counselor, Room
from scheduling.models import Booking, Session, SessionCounselor, SessionSeries
from scheduling.services.series import SeriesFields, create_series, extend_horizon
from scheduling.services.series_changes import Scope, SeriesEdit
from scheduling.services.series_edit import edit_series

WEEKS = 12
HOURS = ("17:00", "18:00")


def measure(sizes: Sizes) -> list[Figure]:
    """Milliseconds for 12 weeks of all series, and for an edit of one whose 12 occurrences are full."""
    now = timezone.now().replace(microsecond=0)
    place = clinic(patients=sizes.series_seats, now=now)
    return [_materialized(sizes, place, now), _edited(sizes, place, now)]


def _materialized(sizes: Sizes, place: Clinic, now: datetime) -> Figure:
    series = [_weekly(place, number, now) for number in range(sizes.series)]

    def ours() -> None:
        with transaction.atomic():
            extend_horizon(now=now, weeks=WEEKS)
            transaction.set_rollback(True)

    made = [row.pk for row in series]
    with transaction.atomic():
        count = extend_horizon(now=now, weeks=WEEKS)
        kept = list(Session.objects.filter(series__in=made))
        leads = list(SessionCounselor.objects.filter(session__in=kept))
        transaction.set_rollback(True)

    def bare() -> None:
        with transaction.atomic():
            for row in kept:
                row.pk = None
            rows = Session.objects.bulk_create(kept, batch_size=BATCH)
            for lead, row in zip(leads, rows, strict=True):
                lead.pk, lead.session = None, row
            SessionCounselor.objects.bulk_create(leads, batch_size=BATCH)
            transaction.set_rollback(True)

    times = in_turns(ours, bare, rounds=(sizes.rounds + 1) // 2)
    return of_times(f"{WEEKS} weeks of {sizes.series} series", *times, n=count)


def _weekly(place: Clinic, number: int, now: datetime) -> SessionSeries:
    """A series with a counselor and a room of its own, not yet turned into sessions."""
    counselor = Counselor.objects.create(name=f"Counselor {number}")
    counselor.sites.add(place.site)
    first = now.date() + timedelta(days=1 + number % 7)
    series = SessionSeries.objects.create(
        program=place.program,
        site=place.site,
        kind="group",
        title="Group",
        rrule="FREQ=WEEKLY",
        starts_at_local=f"{first}T{HOURS[0]}",
        duration_minutes=180,
        breaks=[{"after_minutes": 90, "minutes": 15}],
        room=Room.objects.create(site=place.site, name=f"Room {number}", seats=20),
    )
    series.counselors.add(counselor)
    return series


def _edited(sizes: Sizes, place: Clinic, now: datetime) -> Figure:
    """The time of every occurrence changes to and fro; the bare updates shift the same rows."""
    first = now.date() + timedelta(days=2)
    fields = SeriesFields(
        place.program, place.site, "group", "Group", "FREQ=WEEKLY", f"{first}T{HOURS[0]}", 180, sizes.series_seats
    )
    series = create_series(fields, actor=None, now=now, weeks=WEEKS)
    rows = list(series.sessions.order_by("starts_at")[:WEEKS])
    bookings([(admission, row) for row in rows for admission in place.admissions], made_at=now - timedelta(days=1))
    Session.objects.filter(pk__in=[row.pk for row in rows]).update(seats_taken=len(place.admissions))
    count = Booking.objects.filter(session__series=series).count()
    turn = iter(range(1, 10_000))

    def ours() -> None:
        at = f"{first}T{HOURS[next(turn) % 2]}"
        edit_series(series, SeriesEdit(Scope.ALL, {"starts_at_local": at}), actor=None, now=now)
        series.refresh_from_db()

    def bare() -> None:
        with transaction.atomic():
            _bare_update(series, now)
            transaction.set_rollback(True)

    _know_the_tables()
    times = in_turns(ours, bare, rounds=sizes.rounds)
    moved = Booking.objects.filter(session__series=series, sequence=0).count()
    if moved:
        raise AssertionError(f"{moved} bookings did not move")
    return of_times(f"an edit of all, {len(rows)} x {len(place.admissions)} bookings", *times, n=count)


def _bare_update(series: SessionSeries, now: datetime) -> None:
    """One statement for the sessions and one for the bookings: nobody's calendar asked, nothing recorded."""
    hour = timedelta(hours=1)
    later = {"starts_at": F("starts_at") + hour, "ends_at": F("ends_at") + hour}
    Session.objects.filter(series=series).update(**later)
    Booking.objects.filter(session__series=series).update(**later, sequence=F("sequence") + 1, changed_at=now)


def _know_the_tables() -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
