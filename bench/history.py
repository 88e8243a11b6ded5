"""The board after three years: against the bare SQL for the same totals, and against itself with a month of history."""

from datetime import timedelta
from typing import Any

from django.db import connection, models
from django.utils import timezone

from attendance.models import TreatmentWeek
from attendance.queries import board
from bench.board import Reader, know_the_tables, network_director, totals
from bench.figures import Figure, of_times
from bench.sizes import Sizes
from bench.timing import in_turns, seconds_of
from people.domain.time import local_date
from people.queries import home_zone
from scheduling.models import Booking, Session

APART = 10_000_000
"""How far apart the keys of two copies of the same row lie."""


def measure(sizes: Sizes) -> list[Figure]:
    """Milliseconds for the board's first page. Where history costs nothing, the second ratio is 1."""
    know_the_tables()
    user = network_director()
    today = local_date(timezone.now(), home_zone(user))
    dates = sorted(set(board(user, week=today).weeks.order_by().values_list("week", flat=True)))
    reader, rounds = Reader(user), 3 * sizes.rounds

    def first_page() -> None:
        reader.api(f"/api/v1/weeks/?week={today}")

    first_page()
    young = [seconds_of(first_page) for _ in range(rounds)]
    grow(weeks=sizes.past_weeks)
    know_the_tables()
    old, bare = in_turns(first_page, lambda: totals(dates), rounds=rounds)
    people, years = board(user, week=today).weeks.count(), f"{sizes.past_weeks} weeks of history"
    return [
        of_times(f"board, {years}, against bare SQL", old, bare, n=people),
        of_times(f"board, {years}, against a month", old, young, n=people),
    ]


def grow(*, weeks: int) -> None:
    """Copy the latest closed week of everybody, its sessions and its bookings, into so many weeks before the oldest."""
    closed = TreatmentWeek.objects.filter(closed_at__isnull=False).order_by("-week").values_list("week", flat=True)
    latest, first = closed[0], Session.objects.order_by("starts_at")[0].starts_at.date()
    gap = (latest - first).days // 7 + 2
    source = Booking.objects.filter(week=latest)
    session_ids = list(source.order_by().values_list("session_id", flat=True).distinct())
    _be_quick()
    for number in range(weeks):
        back, copy = timedelta(weeks=gap + number), (number + 1) * APART
        _copy(Session, {"id": session_ids}, back, {"id": copy}, {"series_id": None, "occurrence_local": None})
        _copy(Booking, {"week": [latest]}, back, {"id": copy, "session_id": copy}, {"standing_booking_id": None})
        _copy(TreatmentWeek, {"week": [latest]}, back, {"id": copy}, {})


def _copy(
    model: type[models.Model],
    where: dict[str, list[Any]],
    back: timedelta,
    moved: dict[str, int],
    fixed: dict[str, Any],
) -> None:
    """Copy rows in one statement: instants and weeks earlier, keys further on, a text key with the copy's number."""
    columns, values, parameters = [], [], []
    for field in model._meta.concrete_fields:
        column = connection.ops.quote_name(str(field.column))
        columns.append(column)
        if field.attname in fixed:
            values.append("%s")
            parameters.append(fixed[field.attname])
        elif field.attname in moved:
            values.append(f"{column} + {moved[field.attname]}")
        elif field.attname == "uid":
            values.append(f"{column} || '-{moved['id']}'")
        elif isinstance(field, models.DateField):
            values.append(_earlier(column, back, is_instant=isinstance(field, models.DateTimeField)))
        else:
            values.append(column)
    (name, wanted), *_ = where.items()
    table = connection.ops.quote_name(model._meta.db_table)
    places = ", ".join(["%s"] * len(wanted))
    statement = (
        f"INSERT INTO {table} ({', '.join(columns)}) SELECT {', '.join(values)} FROM {table} "  # noqa: S608 - our own names
        f"WHERE {connection.ops.quote_name(name)} IN ({places}) AND id < {APART}"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [*parameters, *wanted])


def _earlier(column: str, back: timedelta, *, is_instant: bool) -> str:
    if connection.vendor == "postgresql":
        return f"{column} - interval '{back.days} days'" if is_instant else f"{column} - {back.days}"
    form = "strftime('%%Y-%%m-%%d %%H:%%M:%%f'" if is_instant else "date("
    return f"{form}{',' if is_instant else ''} {column}, '-{back.days} days')"


def _be_quick() -> None:
    """Nobody else reads a scratch database: SQLite need not wait for the disk."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA synchronous = OFF")
