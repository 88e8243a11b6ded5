"""How much each benchmark handles."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Sizes:
    """`rounds` is how often each measurement is repeated, in turns with its floor."""

    patients: int
    history_weeks: int
    events: int
    bookers: int
    sessions: int
    clients: int
    reminders: int
    rounds: int
    storm_clients: int = 200
    storm_seconds: float = 20
    series: int = 500
    series_seats: int = 200
    boards: tuple[int, ...] = (100, 1_000, 10_000)
    past_weeks: int = 156


FULL = Sizes(
    patients=10_000,
    history_weeks=4,
    events=200,
    bookers=120,
    sessions=3,
    clients=8,
    reminders=10_000,
    rounds=5,
)
QUICK = Sizes(
    patients=40,
    history_weeks=2,
    events=12,
    bookers=12,
    sessions=2,
    clients=4,
    reminders=60,
    rounds=2,
    storm_clients=12,
    storm_seconds=2,
    series=20,
    series_seats=12,
    boards=(40,),
    past_weeks=8,
)
