"""Durations, times and days as people read them, in English and in Spanish."""

import datetime as dt
from collections.abc import Iterator
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation

from web import format as figures

T = dt.time.fromisoformat
D = dt.date.fromisoformat


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    with translation.override("en"):
        yield


def spaces_shown(text: str) -> str:
    """No-break spaces made visible, so that a plain space in a figure fails."""
    return text.replace("\u00a0", "~")


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        ("2026-11-16", "2026-11-22", "16–22~Nov~2026"),
        ("2025-12-29", "2026-01-04", "29~Dec~2025~– 4~Jan~2026"),
        ("2026-01-01", "2026-12-31", "1~Jan~2026~– 31~Dec~2026"),
    ],
)
def test_on_paper_days_have_their_year(first: str, last: str, words: str) -> None:
    assert spaces_shown(figures.dated_range(D(first), D(last))) == words


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0, "0~h"),
        (45, "45~min"),
        (60, "1~h"),
        (165, "2~h~45"),
        (541, "9~h~01"),
        (1140, "19~h"),
        (-330, "−5~h~30"),
        (-15, "−15~min"),
    ],
)
def test_a_duration_keeps_its_units_together(value: int, expected: str) -> None:
    assert spaces_shown(figures.minutes(value)) == expected


def test_a_gain_and_a_cost_carry_their_sign() -> None:
    assert [spaces_shown(figures.signed_minutes(value)) for value in (165, 0, -165)] == [
        "+2~h~45",
        "+0~h",
        "−2~h~45",
    ]


def test_hours_in_words_are_whole_hours_or_a_plain_duration() -> None:
    assert [spaces_shown(figures.hours_in_words(value)) for value in (540, 60, 555, 45)] == [
        "9 hours",
        "1 hour",
        "9~h~15",
        "45~min",
    ]


@pytest.mark.parametrize(
    ("wall", "english", "spanish"),
    [
        ("18:00", "6~pm", "18:00"),
        ("17:30", "5:30~pm", "17:30"),
        ("00:00", "midnight", "0:00"),
        ("00:05", "12:05~am", "0:05"),
        ("12:00", "noon", "12:00"),
        ("12:15", "12:15~pm", "12:15"),
        ("09:00", "9~am", "9:00"),
    ],
)
def test_a_time_of_day_follows_the_language(wall: str, english: str, spanish: str) -> None:
    assert spaces_shown(figures.clock(T(wall))) == english
    with translation.override("es"):
        assert spaces_shown(figures.clock(T(wall))) == spanish


@pytest.mark.parametrize(
    ("starts", "ends", "plain", "spaced", "bare", "spanish"),
    [
        ("18:00", "21:00", "6–9~pm", "6~– 9~pm", "6–9", "18:00–21:00"),
        ("09:00", "12:00", "9~am–noon", "9~am~– noon", "9–12", "9:00–12:00"),
        ("12:15", "13:15", "12:15–1:15~pm", "12:15~– 1:15~pm", "12:15–1:15", "12:15–13:15"),
        ("11:00", "13:00", "11~am–1~pm", "11~am~– 1~pm", "11–1", "11:00–13:00"),
        ("12:00", "20:30", "noon–8:30~pm", "noon~– 8:30~pm", "12–8:30", "12:00–20:30"),
        ("21:00", "00:00", "9~pm–midnight", "9~pm~– midnight", "9–12", "21:00–0:00"),
        ("22:00", "06:00", "10~pm–6~am", "10~pm~– 6~am", "10–6", "22:00–6:00"),
        ("20:00", "18:00", "8~pm–6~pm", "8~pm~– 6~pm", "8–6", "20:00–18:00"),
    ],
)
def test_a_range_of_times_says_am_and_pm_no_oftener_than_needed(
    starts: str, ends: str, plain: str, spaced: str, bare: str, spanish: str
) -> None:
    first, last = T(starts), T(ends)
    assert spaces_shown(figures.time_range(first, last)) == plain
    assert spaces_shown(figures.time_range(first, last, spaced=True)) == spaced
    assert spaces_shown(figures.time_range(first, last, bare=True)) == bare
    with translation.override("es"):
        assert spaces_shown(figures.time_range(first, last)) == spanish


def test_the_shortest_times_in_spanish_drop_full_hours_only() -> None:
    with translation.override("es"):
        assert figures.time_range(T("18:00"), T("21:30"), bare=True) == "18–21:30"
        assert figures.bare_clock(T("17:30")) == "17:30"
    assert figures.bare_clock(T("17:30")) == "5:30"


def test_a_column_of_times_names_the_minutes_of_full_hours_too() -> None:
    assert [figures.exact_clock(T(wall)) for wall in ("18:00", "06:14", "00:05", "12:00")] == [
        "6:00",
        "6:14",
        "12:05",
        "12:00",
    ]
    with translation.override("es"):
        assert figures.exact_clock(T("18:00")) == "18:00"


def test_a_moment_is_written_in_the_zone_that_is_given() -> None:
    starts_at = dt.datetime(2026, 11, 25, 1, 0, tzinfo=dt.UTC)
    ends_at = dt.datetime(2026, 11, 25, 4, 0, tzinfo=dt.UTC)
    denver = ZoneInfo("America/Denver")
    assert spaces_shown(figures.time_range(starts_at, ends_at, zone=denver)) == "6–9~pm"
    assert spaces_shown(figures.clock(starts_at)) == "1~am"


@pytest.mark.parametrize(
    ("hour", "english", "spanish"),
    [
        (7, "7am", "7:00"),
        (12, "noon", "12:00"),
        (19, "7pm", "19:00"),
        (0, "midnight", "0:00"),
        (24, "midnight", "24:00"),
    ],
)
def test_the_hours_beside_a_drawing(hour: int, english: str, spanish: str) -> None:
    assert figures.axis_hour(hour) == english
    with translation.override("es"):
        assert figures.axis_hour(hour) == spanish


@pytest.mark.parametrize(
    ("first", "last", "english", "spanish"),
    [
        ("2026-11-16", "2026-11-22", "16–22~Nov", "16–22~nov"),
        ("2026-10-26", "2026-11-01", "26~Oct~– 1~Nov", "26~oct~– 1~nov"),
        ("2026-12-28", "2027-01-03", "28~Dec~– 3~Jan", "28~dic~– 3~ene"),
        ("2026-11-16", "2026-11-16", "16~Nov", "16~nov"),
        ("2025-11-16", "2026-11-15", "16~Nov~2025~– 15~Nov~2026", "16~nov~2025~– 15~nov~2026"),
    ],
)
def test_a_stretch_of_days(first: str, last: str, english: str, spanish: str) -> None:
    assert spaces_shown(figures.day_range(D(first), D(last))) == english
    with translation.override("es"):
        assert spaces_shown(figures.day_range(D(first), D(last))) == spanish


def test_a_single_day_short_and_long() -> None:
    assert spaces_shown(figures.short_day(D("2026-11-18"))) == "Wed~18~Nov"
    assert spaces_shown(figures.long_day(D("2026-11-19"))) == "Thursday~19"
    with translation.override("es"):
        assert spaces_shown(figures.long_day(D("2026-11-19"))) == "Jueves~19"


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        ("2026-11-17", "Yesterday"),
        ("2026-11-18", "Today"),
        ("2026-11-19", "Tomorrow"),
        ("2026-11-20", "Friday"),
        ("2026-11-24", "Tuesday"),
        ("2026-11-25", "Wed~25~Nov"),
        ("2026-11-16", "Mon~16~Nov"),
    ],
)
def test_a_day_as_seen_from_today(on: str, expected: str) -> None:
    assert spaces_shown(figures.relative_day(D(on), today=D("2026-11-18"))) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (-1, "now"),
        (0, "now"),
        (55, "in 55~min"),
        (130, "in 2~h~10"),
        (1439, "in 23~h~59"),
        (1440, "in 1 day"),
        (4320, "in 3 days"),
    ],
)
def test_how_far_off_a_moment_is(value: int, expected: str) -> None:
    assert spaces_shown(figures.time_until(value)) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Alma Ortiz", "AO"),
        ("Rosa María Jiménez", "RJ"),
        ("Cher", "C"),
        ("", ""),
        ("Ana (new) Reyes", "AR"),
        ("élodie", "É"),
    ],
)
def test_initials_are_of_the_first_and_last_name(name: str, expected: str) -> None:
    assert figures.initials(name) == expected
