"""Somebody who came without an appointment: booked and marked in one step, by the rules of booking."""

from datetime import datetime, timedelta

import pytest

from attendance.errors import TooEarly
from attendance.models import AttendanceRecord, Roster
from attendance.queries.walk_ins import walk_in_candidates
from attendance.services.roster import mark_all_present, sign_roster
from attendance.services.walk_ins import add_walk_in
from people.errors import NotThere, Refusal
from people.models import TrailEntry
from scheduling.errors import AlreadyBooked, OverlapsBooking, RosterSigned, SessionFull, SessionStarted
from scheduling.models import Booking, Session
from scheduling.services.booking import book, cancel
from scheduling.services.keep_apart import keep_apart
from scheduling.services.waitlist import promote_all
from tests.cast import NOW, Cast, at

pytestmark = pytest.mark.django_db

SIX = at("2026-11-18 18:00")
BEFORE = SIX - timedelta(minutes=10)
DURING = SIX + timedelta(minutes=12, seconds=40)


@pytest.fixture
def group(cast: Cast) -> Session:
    """Wednesday's, 18:00 to 21:00, with two seats."""
    return cast.session("2026-11-18 18:00", capacity=2)


def test_booked_and_marked_in_one_step(cast: Cast, group: Session) -> None:
    booking = add_walk_in(group, cast.ana, actor=cast.dana, now=BEFORE)
    record = AttendanceRecord.objects.get()
    assert (booking.status, booking.created_by, record.booking, record.status) == (
        "booked",
        cast.dana,
        booking,
        "present",
    )
    assert (record.arrived_at, record.credited_minutes, Roster.objects.get().version) == (None, 180, 1)
    assert Session.objects.get(pk=group.pk).seats_taken == 1
    actions = TrailEntry.objects.filter(subject_type="booking").order_by("pk").values_list("action", "reason")
    assert list(actions) == [("booked", ""), ("marked", "")]


def test_once_it_has_begun_a_reason_lifts_that_and_they_arrived_now(cast: Cast, group: Session) -> None:
    with pytest.raises(SessionStarted):
        add_walk_in(group, cast.ana, actor=cast.dana, now=DURING)
    assert (Booking.objects.count(), AttendanceRecord.objects.count()) == (0, 0)
    add_walk_in(group, cast.ana, actor=cast.dana, now=DURING, override_reason="Makes up for Monday")
    record = AttendanceRecord.objects.get()
    assert (record.arrived_at, record.late_minutes, record.credited_minutes) == (at("2026-11-18 18:12"), 12, 168)
    assert Booking.objects.get().override_reason == "Makes up for Monday"


def test_after_the_end_they_are_taken_to_have_been_there_unless_it_is_said(cast: Cast, group: Session) -> None:
    after, reason = SIX + timedelta(hours=4), "Was on the paper sheet"
    add_walk_in(group, cast.ana, actor=cast.dana, now=after, override_reason=reason)
    came = SIX + timedelta(minutes=10)
    add_walk_in(group, cast.patient("Ben"), actor=cast.dana, now=after, override_reason=reason, arrived_at=came)
    assert list(AttendanceRecord.objects.order_by("pk").values_list("arrived_at", "credited_minutes")) == [
        (None, 180),
        (came, 170),
    ]


@pytest.mark.parametrize(
    ("refusal", "now"),
    [(SessionFull, BEFORE), (OverlapsBooking, BEFORE), (AlreadyBooked, BEFORE), (TooEarly, SIX - timedelta(hours=2))],
)
def test_refused_nothing_is_written(cast: Cast, group: Session, refusal: type[Refusal], now: datetime) -> None:
    patient = cast.patient("Pia")
    if refusal is SessionFull:
        for _ in range(2):
            cast.booked(cast.patient(), group)
    elif refusal is OverlapsBooking:
        cast.booked(patient, cast.session("2026-11-18 19:00", counselor=False, room=False))
    elif refusal is AlreadyBooked:
        cast.booked(patient, group)
    held = Booking.objects.count()
    with pytest.raises(refusal):
        add_walk_in(group, patient, actor=cast.dana, now=now, override_reason="They are here")
    assert (Booking.objects.count(), AttendanceRecord.objects.count(), Roster.objects.count()) == (held, 0, 0)


def test_whoever_waits_in_line_takes_a_seat_that_is_free_at_the_door(cast: Cast, group: Session) -> None:
    seated = [cast.booked(cast.patient(), group) for _ in range(2)]
    waiting = book(cast.ana, group, waitlist=True, actor=cast.dana, now=NOW)
    with pytest.raises(SessionFull):
        add_walk_in(group, cast.ana, actor=cast.dana, now=DURING, override_reason="Is here")
    assert Booking.objects.get(pk=waiting.pk).status == "waitlisted"
    cancel(seated[0], actor=cast.dana, now=BEFORE)
    promote_all(now=BEFORE)
    booking = add_walk_in(group, cast.ana, actor=cast.dana, now=DURING, override_reason="Is here")
    assert (booking.status, booking.uid, AttendanceRecord.objects.get().booking) == ("booked", waiting.uid, booking)
    assert (Booking.objects.get(pk=waiting.pk).status, Session.objects.get(pk=group.pk).seats_taken) == ("cancelled", 2)


def test_a_signed_roster_takes_nobody_in(cast: Cast, group: Session) -> None:
    cast.booked(cast.patient(), group)
    after = SIX + timedelta(hours=3)
    mark_all_present(group, actor=cast.dana, now=after)
    sign_roster(group, actor=cast.dana, now=after)
    with pytest.raises(RosterSigned):
        add_walk_in(group, cast.ana, actor=cast.dana, now=after, override_reason="They were here")
    with pytest.raises(RosterSigned):  # and not as if it were full, nor into a line that leads nowhere
        book(cast.ana, group, actor=cast.dana, now=after, waitlist=True, override_reason="They were here")


def test_who_may_be_added_is_who_is_seen_and_not_here_yet(cast: Cast, group: Session) -> None:
    here, wen, _wendy = (cast.patient(name) for name in ("Wen Abara", "Wen Zhao", "Wendy Otis"))
    cast.patient("Wen Far", admitted=False)
    cast.booked(here, group)

    def found(name: str) -> list[str]:
        return [person.name for person in walk_in_candidates(group, cast.cory, name=name)]

    assert (found("wen"), found("zhao WEN"), found(" "), found("nobody")) == (
        ["Wen Zhao", "Wendy Otis"],
        ["Wen Zhao"],
        [],
        [],
    )
    assert walk_in_candidates(group, cast.stranger, name="wen") == []
    keep_apart(here, wen, reason="court", sides={("session", group.pk): here.pk}, actor=cast.cory, now=NOW)  # type: ignore[arg-type]
    assert found("wen") == ["Wendy Otis"]
    with pytest.raises(NotThere):
        add_walk_in(group, wen, actor=cast.dana, now=BEFORE, override_reason="They are here")


@pytest.mark.parametrize("people", [1, 12])
def test_the_search_costs_the_same_for_any_number(
    cast: Cast, group: Session, people: int, django_assert_num_queries: object
) -> None:
    for number in range(people):
        cast.patient(f"Wen {number}")
    assert cast.cory.scope.site_ids
    with django_assert_num_queries(2):  # type: ignore[operator]
        assert len(walk_in_candidates(group, cast.cory, name="Wen")) == people
