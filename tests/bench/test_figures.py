"""A figure beside its floor: the better, the higher the ratio."""

import json
from pathlib import Path

from bench.figures import Figure, of_rates, of_times, table, write


def test_a_time_is_compared_by_how_often_it_fits_into_its_floor() -> None:
    figure = of_times("board", [0.040, 0.050, 0.900], [0.020, 0.025, 0.030], n=10_000)
    assert figure == Figure(name="board", value=50.0, floor=25.0, ratio=0.5, unit="ms", n=10_000)


def test_a_rate_is_compared_by_its_share_of_its_floor() -> None:
    figure = of_rates("booking", [2.0, 2.0, 9.0], [1.0, 1.0, 1.0], each=100, what="bookings")
    assert figure == Figure(name="booking", value=50.0, floor=100.0, ratio=0.5, unit="bookings/s", n=100)


def test_what_is_written_is_what_clients_read(tmp_path: Path) -> None:
    figure = Figure("feed", 4.0, 1.0, 0.25, "ms", 200, database="sqlite", peak_mb=90)
    write([figure], tmp_path / "deep" / "bench.json")
    assert json.loads((tmp_path / "deep" / "bench.json").read_text()) == [
        {
            "name": "feed",
            "value": 4.0,
            "floor": 1.0,
            "ratio": 0.25,
            "unit": "ms",
            "n": 200,
            "database": "sqlite",
            "peak_mb": 90,
        }
    ]


def test_the_table_has_a_line_for_each_figure() -> None:
    figures = [
        Figure("feed", 4.0, 1.0, 0.25, "ms", 200, database="sqlite", peak_mb=90),
        Figure("reminder sweep", 5000.0, 10000.0, 0.5, "reminders/s", 10_000, database="postgresql", peak_mb=120),
    ]
    assert table(figures).splitlines() == [
        "figure          database      value     floor  unit         ratio       n  peak MB",
        "----------------------------------------------------------------------------------",
        "feed            sqlite          4.0       1.0  ms           0.250     200       90",
        "reminder sweep  postgresql  5,000.0  10,000.0  reminders/s  0.500  10,000      120",
    ]
