"""What stands behind a miss: how many in a row, and on whose list the call is."""

from datetime import timedelta

import pytest

from attendance.models import Flag
from attendance.queries import RosterLine, roster_rows
from attendance.services.flags import evaluate
from attendance.services.outreach import add_note, assign
from attendance.services.roster import RosterRow, save_rows
from people.models import Patient, User
from scheduling.models import Session
from tests.cast import NOW, Cast, at

BEFORE = at("2026-10-05 12:00")


def marked(cast: Cast, patient: Patient, day: str, status: str) -> Session:
    """An evening on which the patient was marked so."""
    session = cast.session(f"{day} 18:00", room=False, now=BEFORE)
    booking = cast.booked(patient, session, now=BEFORE)
    save_rows(session, [RosterRow(booking.pk, status)], actor=cast.dana, now=at(f"{day} 21:00"))
    return session


def line(session: Session) -> RosterLine:
    (only,) = roster_rows(session, now=NOW)
    return only


def said(session: Session) -> tuple[int | None, str]:
    return line(session).misses_in_a_row, line(session).caller_name


def test_a_row_ends_with_a_presence_and_passes_over_excuses_and_who_was_turned_away(cast: Cast) -> None:
    days = ("present", "no_show", "excused", "no_show", "turned_away", "no_show", "present", "no_show")
    evenings = [marked(cast, cast.ana, f"2026-11-{5 + day:02}", status) for day, status in enumerate(days)]
    assert [said(one)[0] for one in evenings] == [None, 1, None, 2, None, 3, None, 1]


def test_the_call_is_on_a_list_only_while_it_is_given_to_somebody_and_not_made(cast: Cast) -> None:
    first = marked(cast, cast.ana, "2026-11-16", "no_show")
    evaluate(now=NOW - timedelta(hours=9))
    assert said(first) == (1, "")
    flag = assign(Flag.objects.get(kind="first_absence"), cast.cory, actor=cast.cory, now=NOW - timedelta(hours=8))
    assert (said(first), line(first).caller_id) == ((1, "Cory"), cast.cory.pk)
    User.objects.filter(pk=cast.cory.pk).update(is_active=False)
    assert said(first) == (1, "")
    User.objects.filter(pk=cast.cory.pk).update(is_active=True)
    add_note(flag, "", kind="call", outcome="no_answer", actor=cast.cory, now=NOW - timedelta(hours=7))
    assert said(first) == (1, "")


def test_who_had_the_first_miss_keeps_the_second_and_the_call_is_new(cast: Cast) -> None:
    first = marked(cast, cast.ana, "2026-11-16", "no_show")
    evaluate(now=NOW - timedelta(hours=9))
    flag = assign(Flag.objects.get(kind="first_absence"), cast.cory, actor=cast.cory, now=NOW - timedelta(hours=8))
    add_note(flag, "", kind="call", outcome="will_book", actor=cast.cory, now=NOW - timedelta(hours=7))
    second = marked(cast, cast.ana, "2026-11-17", "no_show")
    assert said(second) == (2, "")
    evaluate(now=NOW)
    again = Flag.objects.get(kind="repeated_absence")
    assert (again.assigned_to, again.state) == (cast.cory, "open")
    assert (said(first), said(second)) == ((1, "Cory"), (2, "Cory"))


def test_a_row_that_is_over_is_no_reason_to_call(cast: Cast) -> None:
    old = [marked(cast, cast.ana, f"2026-11-{day}", "no_show") for day in ("09", "10")]
    marked(cast, cast.ana, "2026-11-11", "present")
    latest = marked(cast, cast.ana, "2026-11-16", "no_show")
    evaluate(now=NOW)
    assign(Flag.objects.get(kind="repeated_absence"), cast.cory, actor=cast.cory, now=NOW)
    assert [said(one) for one in (*old, latest)] == [(1, ""), (2, ""), (1, "Cory")]


@pytest.mark.parametrize("people", [1, 12])
def test_a_roster_costs_the_same_for_any_number_of_misses(
    cast: Cast, people: int, django_assert_num_queries: object
) -> None:
    session = cast.session("2026-11-16 18:00", now=BEFORE)
    bookings = [cast.booked(cast.patient(f"Person {number}"), session, now=BEFORE) for number in range(people)]
    rows = [RosterRow(booking.pk, "no_show") for booking in bookings]
    save_rows(session, rows, actor=cast.dana, now=at("2026-11-16 21:00"))
    with django_assert_num_queries(5):  # type: ignore[operator]
        roster_rows(session, now=NOW)
