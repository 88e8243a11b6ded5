"""Saving a roster of twelve, against a bare bulk update of the same columns."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from attendance.models import AttendanceRecord, Roster
from attendance.services.roster import RosterRow, save_rows, sign_roster
from attendance.services.roster_sheet import WRITTEN
from bench.clinic import bookings, clinic, sessions
from bench.figures import Figure, of_times
from bench.sizes import Sizes
from bench.timing import in_turns
from people.enums import Role
from people.models import Membership, TrailEntry, User
from scheduling.models import Booking, Session

PEOPLE = 12
MINUTES = 180


def measure(sizes: Sizes) -> list[Figure]:
    """Milliseconds for twelve changed marks in one save, for one, and for the signature.

    The floor writes the same columns of as many records and bookings by bulk updates in one transaction, without locks,
    rules, credit, trail or recount marks.
    """
    now = timezone.now().replace(microsecond=0)
    place = clinic(patients=PEOPLE, now=now)
    counselor = User.objects.create_user("counselor@example.org", None, name="Counselor")
    Membership.objects.create(user=counselor, role=Role.COORDINATOR, site=place.site)
    # One session more than there are rounds: the warming up signs one too.
    begin = now - timedelta(hours=4 * (sizes.rounds + 2))
    starts = [begin + timedelta(hours=4 * number) for number in range(sizes.rounds + 1)]
    held = sessions(place, starts, capacity=PEOPLE, minutes=MINUTES)
    bookings([(admission, session) for session in held for admission in place.admissions], made_at=begin)
    Session.objects.update(seats_taken=PEOPLE)
    return [
        _saved(held[0], counselor, now, sizes, people=PEOPLE),
        _saved(held[0], counselor, now, sizes, people=1),
        _signed(held, counselor, now, sizes),
    ]


def _saved(session: Session, actor: User, now: datetime, sizes: Sizes, *, people: int) -> Figure:
    keys = list(Booking.objects.filter(session=session).order_by("pk").values_list("pk", flat=True))[:people]
    came = iter(range(1, 100_000))

    def ours() -> None:
        arrived = session.starts_at + timedelta(minutes=1 + next(came) % 14)
        save_rows(session, [RosterRow(key, "present", arrived_at=arrived) for key in keys], actor=actor, now=now)

    def bare() -> None:
        arrived = session.starts_at + timedelta(minutes=1 + next(came) % 14)
        _bare_update(keys, arrived, now)

    ours()
    times = in_turns(ours, bare, rounds=sizes.rounds * 4)
    if Roster.objects.get(session=session).version < sizes.rounds:
        raise AssertionError("the roster was not written")
    what = "a roster of 12 saved" if people == PEOPLE else "one mark of a roster of 12 saved"
    return of_times(what, *times, n=people)


def _bare_update(keys: list[int], arrived: datetime, now: datetime) -> None:
    """Read, change and write the records and the bookings."""
    with transaction.atomic():
        records = list(AttendanceRecord.objects.filter(booking__in=keys))
        for record in records:
            record.arrived_at, record.recorded_at = arrived, now
        AttendanceRecord.objects.bulk_update(records, WRITTEN)
        rows = list(Booking.objects.filter(pk__in=keys))
        for row in rows:
            row.counted_minutes, row.marked_at = MINUTES, now
        Booking.objects.bulk_update(rows, ["counted_minutes", "marked_at"])


def _signed(held: list[Session], actor: User, now: datetime, sizes: Sizes) -> Figure:
    """Each session is signed once; the floor updates its records and its roster."""
    for session in held[1:]:
        keys = Booking.objects.filter(session=session).order_by("pk").values_list("pk", flat=True)
        save_rows(session, [RosterRow(key, "present") for key in keys], actor=actor, now=now)
    waiting = iter(held)

    def ours() -> None:
        sign_roster(next(waiting), actor=actor, now=now)

    def bare() -> None:
        with transaction.atomic():
            records = list(AttendanceRecord.objects.filter(session=held[0]))
            AttendanceRecord.objects.bulk_update(records, WRITTEN)
            Roster.objects.filter(session=held[0]).update(signed_at=now)

    times = in_turns(ours, bare, rounds=sizes.rounds)
    signed = TrailEntry.objects.filter(action="roster_signed").count()
    if signed != len(held):
        raise AssertionError(f"{signed} of {len(held)} rosters were signed")
    return of_times("a roster of 12 signed", *times, n=PEOPLE)
