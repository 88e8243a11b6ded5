"""Saying when one works, and what that leaves."""

from collections.abc import Iterator
from datetime import date

import pytest
import time_machine
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from people.models import TrailEntry
from scheduling.models import WorkHours
from tests.cast import NOW, Cast
from tests.web.reading import open_page, read

COLUMNS = ("starts_at_local", "ends_at_local", "rrule", "except_on", "travel_before_minutes", "travel_after_minutes")
QUERIES = 14


@pytest.fixture(autouse=True)
def _cast_time() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def ana(client: Client, cast: Cast) -> Client:
    """A client signed in as Ana."""
    assert cast.ana.user is not None
    client.force_login(cast.ana.user)
    return client


def kept(cast: Cast) -> list[tuple[object, ...]]:
    return list(WorkHours.objects.filter(patient=cast.ana).order_by("starts_at_local").values_list(*COLUMNS))


def typed(days: dict[str, tuple[str, str]], **more: str) -> dict[str, str]:
    """The fields of the form: {"w0d3": ("12:00", "20:30")}, with half an hour of travel."""
    fields = {"kind": "weekly", "turns": "1", **more}
    for day, (starts, ends) in days.items():
        fields |= {f"{day}-from": starts, f"{day}-to": ends, f"{day}-before": "30", f"{day}-after": "30"}
    return fields


def test_the_page_shows_what_is_kept(ana: Client, cast: Cast) -> None:
    for day in (23, 24, 25, 26, 27):
        cast.session(f"2026-11-{day} 18:00", minutes=120)
    shown = open_page(ana, "/work-hours/")
    assert shown.answer == "When do you work?"
    assert "Monday 8 am – 4:30 pm" in shown.words
    assert "Sunday No work" in shown.words
    assert "Your 9 hours fit Up to 10 h of appointments next week are clear of this work." in shown.words
    assert shown.notices == []


def test_typed_days_are_saved_in_place_of_the_old_ones(ana: Client, cast: Cast) -> None:
    fields = typed({"w0d0": ("08:00", "16:30"), "w0d2": ("08:00", "16:30"), "w0d3": ("22:00", "06:00")})
    answer = read(ana.post("/work-hours/", fields, follow=True))
    assert answer.notices == ["done: Your work hours are saved."]
    assert kept(cast) == [
        ("2026-11-16T08:00", "2026-11-16T16:30", "FREQ=WEEKLY;BYDAY=MO,WE", [], 30, 30),
        ("2026-11-19T22:00", "2026-11-20T06:00", "FREQ=WEEKLY;BYDAY=TH", [], 30, 30),
    ]
    assert TrailEntry.objects.filter(action="work_hours_replaced", patient_id=cast.ana.pk).count() == 1


def test_two_weeks_in_turn(ana: Client, cast: Cast) -> None:
    ana.post("/work-hours/", typed({"w0d0": ("08:00", "16:00"), "w1d0": ("14:00", "22:00")}, turns="2"))
    assert [row[:3] for row in kept(cast)] == [
        ("2026-11-16T08:00", "2026-11-16T16:00", "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO"),
        ("2026-11-23T14:00", "2026-11-23T22:00", "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO"),
    ]
    shown = open_page(ana, "/work-hours/")
    assert "This week 16–22 Nov Monday 8 am – 4 pm" in shown.words
    assert "Next week 23–29 Nov Monday 2 – 10 pm" in shown.words


def test_days_on_and_off(ana: Client, cast: Cast) -> None:
    fields = {"kind": "rotation", "first_day": "2026-11-20", "days_on": "2", "days_off": "3"}
    ana.post("/work-hours/", {**fields, "from": "07:00", "to": "19:00", "before": "", "after": ""})
    assert kept(cast) == [
        ("2026-11-20T07:00", "2026-11-20T19:00", "FREQ=DAILY;INTERVAL=5", [], 0, 0),
        ("2026-11-21T07:00", "2026-11-21T19:00", "FREQ=DAILY;INTERVAL=5", [], 0, 0),
    ]
    assert 'name="days_off" value="3"' in open_page(ana, "/work-hours/").source


def test_looking_says_what_would_fit_and_keeps_nothing(ana: Client, cast: Cast) -> None:
    for day in (23, 24, 25):
        cast.session(f"2026-11-{day} 18:00", minutes=180)
    before = kept(cast)
    evenings = typed({f"w0d{day}": ("14:00", "22:00") for day in range(7)}, look="1")
    shown = read(ana.post("/work-hours/", evenings))
    assert "Your 9 hours do not fit Up to 0 h of appointments next week are clear of this work." in shown.words
    assert shown.notices == ["info: Not saved yet. This is what it would be."]
    assert kept(cast) == before


def test_a_common_pattern_fills_the_form_and_keeps_nothing(ana: Client, cast: Cast) -> None:
    before = kept(cast)
    for name, words in (
        ("evenings", "Monday 2 – 10:30 pm"),
        ("in-turn", "Next week 23–29 Nov Monday 2 – 10:30 pm"),
        ("none", "Monday No work"),
        ("rotation", "Days off"),
    ):
        assert words in open_page(ana, f"/work-hours/?pattern={name}").words, name
    assert kept(cast) == before


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        (typed({"w0d3": ("12:00", "")}), "Type both times, or neither."),
        (typed({"w0d3": ("12:00", "12:00")}), "These are the same time. Work past midnight ends earlier on the clock."),
        (typed({"w0d3": ("late", "20:00")}), "Enter a valid time."),
        ({**typed({"w0d3": ("12:00", "20:00")}), "w0d3-after": "481"}, "less than or equal to 480"),
        ({"kind": "rotation", "first_day": "soon", "days_on": "4", "days_off": "4"}, "Enter a valid date."),
        ({"kind": "rotation", "first_day": "2026-11-20", "days_on": "15", "days_off": "4"}, "less than or equal to 14"),
    ],
)
def test_what_makes_no_sense_is_said_and_changes_nothing(
    ana: Client, cast: Cast, fields: dict[str, str], sentence: str
) -> None:
    before = kept(cast)
    answer = read(ana.post("/work-hours/", fields))
    assert answer.status == 400
    assert sentence in answer.words
    assert kept(cast) == before


def test_a_single_day_is_different_and_as_usual_again(ana: Client, cast: Cast) -> None:
    usual = kept(cast)
    fields = {"day-on": "2026-11-20", "day-from": "06:00", "day-to": "10:00", "day-before": "15", "day-after": "0"}
    answer = read(ana.post("/work-hours/day/", fields, follow=True))
    assert answer.notices == ["done: Fri 20 Nov is changed."]
    assert "Fri 20 Nov 6 – 10 am" in answer.words
    weekdays = (*usual[0][:3], ["2026-11-20"], 30, 30)
    assert kept(cast) == [weekdays, ("2026-11-20T06:00", "2026-11-20T10:00", "", [], 15, 0)]

    off = read(ana.post("/work-hours/day/", {"day-on": "2026-11-20"}, follow=True))
    assert "Fri 20 Nov No work" in off.words
    assert kept(cast) == [weekdays]

    again = read(ana.post("/work-hours/day/clear/", {"on": "2026-11-20"}, follow=True))
    assert again.notices == ["done: Fri 20 Nov is as usual again."]
    assert kept(cast) == usual
    assert TrailEntry.objects.filter(action="work_day_changed", patient_id=cast.ana.pk).count() == 3


def test_a_day_that_is_different_stays_so_when_the_usual_week_changes(ana: Client, cast: Cast) -> None:
    ana.post("/work-hours/day/", {"day-on": "2026-11-20"})
    ana.post("/work-hours/", typed({"w0d4": ("09:00", "17:00")}))
    assert [row[3] for row in kept(cast)] == [["2026-11-20"]]


@pytest.mark.parametrize("on", ["2026-11-17", "2028-01-01", "", "20"])
def test_a_day_that_cannot_be_changed(ana: Client, cast: Cast, on: str) -> None:
    before = kept(cast)
    assert ana.post("/work-hours/day/", {"day-on": on}).status_code == 400
    assert kept(cast) == before


@pytest.mark.parametrize("on", ["soon", "", "0001-01-01", "9999-12-31"])
def test_no_day_to_clear_is_said(on: str, ana: Client, cast: Cast) -> None:
    answer = read(ana.post("/work-hours/day/clear/", {"on": on}, follow=True))
    assert answer.notices == ["bad: That is no day. Nothing was changed."]


def test_appointments_during_the_work_are_named_and_stay(ana: Client, cast: Cast) -> None:
    cast.booked(cast.ana, cast.session("2026-11-18 18:00"))
    cast.booked(cast.ana, cast.session("2026-11-20 18:00", minutes=90))
    answer = read(ana.post("/work-hours/", typed({"w0d4": ("14:00", "19:00")}), follow=True))
    assert "1 appointment is during this work Fri 20 Nov, 6 – 7:30 pm They stay booked" in answer.words
    assert cast.ana.bookings.live().count() == 2


def test_hours_entered_elsewhere_are_drawn_and_replaced_knowingly(ana: Client, cast: Cast) -> None:
    WorkHours.objects.filter(patient=cast.ana).update(rrule="FREQ=MONTHLY;BYMONTHDAY=18")
    shown = open_page(ana, "/work-hours/")
    assert shown.notices == ["info: Your hours were entered elsewhere and are drawn below. Saving here replaces them."]


def test_nobody_elses_hours_are_touched(ana: Client, cast: Cast) -> None:
    ben = list(WorkHours.objects.filter(patient=cast.ben).values())
    ana.post("/work-hours/", typed({}))
    ana.post("/work-hours/day/", {"day-on": "2026-11-20"})
    assert kept(cast) == []
    assert list(WorkHours.objects.filter(patient=cast.ben).values()) == ben


def test_the_page_costs_the_same_with_one_and_with_thirty_of_everything(
    ana: Client, cast: Cast, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    cast.session("2026-11-23 18:00")
    with django_assert_num_queries(QUERIES):
        open_page(ana, "/work-hours/")
    for number in range(30):
        cast.session("2026-11-24 18:00", counselor=False, room=False)
        day = date(2026, 12, 1).replace(day=number + 1).isoformat()
        WorkHours.objects.create(
            patient=cast.ana,
            starts_at_local=f"{day}T18:00",
            ends_at_local=f"{day}T19:00",
            starts_on=day,
            time_zone="America/Denver",
        )
    with django_assert_num_queries(QUERIES):
        open_page(ana, "/work-hours/")


def test_somebody_who_is_no_patient_has_no_such_page(client: Client, cast: Cast) -> None:
    assert client.get("/work-hours/")["Location"] == "/accounts/login/?next=/work-hours/"
    client.force_login(cast.cory)
    paths = ("/work-hours/", "/work-hours/day/", "/work-hours/day/clear/")
    assert [client.post(path).status_code for path in paths] == [404, 404, 404]
