"""Under the policy `offer` a freed seat is held for the first in line until they answer, or until it runs out."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest

from people.errors import Refusal
from people.models import Patient, TrailEntry
from scheduling.models import Booking, Session
from scheduling.services import waitlist
from scheduling.services.booking import book, cancel, move
from scheduling.services.seat_offers import accept, decline, expire, expire_offers
from scheduling.services.sessions import cancel_session, change_session
from scheduling.services.waitlist import place_in_line, promote, promote_all
from scheduling.signals import waitlist_moved
from tests.cast import NOW, Cast, at
from tests.notifications.builders import fields_of

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


@dataclass
class Line:
    """A full session, whoever holds its seat, and two who wait."""

    cast: Cast
    session: Session
    holder: Booking
    first: Booking
    second: Booking

    def free(self) -> None:
        """The seat is given back, and goes down the line."""
        cancel(self.holder, actor=None, now=NOW)
        promote_all(now=NOW)

    def now(self) -> list[tuple[str, bool, int]]:
        """How the three stand: status, live, minutes."""
        for row in (self.holder, self.first, self.second):
            row.refresh_from_db()
        return [(row.status, row.live, row.counted_minutes) for row in (self.holder, self.first, self.second)]

    def seats(self) -> tuple[int, int]:
        self.session.refresh_from_db()
        return self.session.seats_taken, self.session.seats_held


@pytest.fixture
def line(cast: Cast) -> Line:
    cast.program.waitlist_policy = "offer"
    cast.program.save()
    session = cast.session("2026-11-21 09:00", capacity=1)
    holder = cast.booked(cast.patient(), session)
    first = cast.booked(cast.patient(), session, waitlist=True)
    second = cast.booked(cast.patient(), session, waitlist=True, now=NOW + timedelta(seconds=1))
    return Line(cast, session, holder, first, second)


GONE, SEAT, LINE, OFFER = (
    ("cancelled", False, 0),
    ("booked", True, 180),
    ("waitlisted", False, 0),
    ("offered", True, 180),
)


def code_of(refusal: pytest.ExceptionInfo[Refusal]) -> str:
    return refusal.value.code


def test_one_line_that_fails_holds_up_no_other(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    earlier = line.cast.session("2026-11-20 18:00", capacity=1)
    held = line.cast.booked(line.cast.patient(), earlier)
    line.cast.booked(line.cast.patient(), earlier, waitlist=True)
    for booking in (held, line.holder):
        cancel(booking, actor=None, now=NOW)
    fits = waitlist._fits

    def broken(booking: Booking, session: Session, *, now: datetime) -> bool:
        if session.pk == earlier.pk:
            raise KeyError("Mars/Olympus")
        return fits(booking, session, now=now)

    monkeypatch.setattr(waitlist, "_fits", broken)
    assert promote_all(now=NOW) == 1
    assert line.now() == [GONE, OFFER, LINE]


def test_a_freed_seat_is_offered_to_the_first_in_line_and_held(line: Line) -> None:
    line.free()
    assert line.now() == [GONE, OFFER, LINE]
    assert line.seats() == (1, 0)
    assert line.first.offer_expires_at == line.first.held_until == NOW + 2 * HOUR
    assert place_in_line(line.second) == 1
    assert promote_all(now=NOW) == 0


def test_an_offer_counts_and_blocks_like_a_booking(line: Line) -> None:
    line.free()
    patient = line.first.patient
    overlapping = line.cast.session("2026-11-21 10:00", counselor=False, room=False)
    with pytest.raises(Refusal) as refusal:
        book(patient, overlapping, actor=None, now=NOW)
    assert code_of(refusal) == "overlaps_booking"
    with pytest.raises(Refusal) as again:
        book(line.cast.ana, line.session, actor=None, now=NOW)
    assert code_of(again) == "session_full"


def test_an_offer_that_is_accepted_is_booked_and_twice_changes_nothing(line: Line) -> None:
    line.free()
    accepted = accept(line.first, actor=None, now=NOW + HOUR)
    again = accept(line.first, actor=None, now=NOW + 3 * HOUR)
    assert line.now() == [GONE, SEAT, LINE]
    assert (accepted.held_until, again.sequence) == (None, accepted.sequence)
    assert line.seats() == (1, 0)
    assert expire_offers(now=NOW + 3 * HOUR) == 0


def test_declining_leaves_the_line_and_asks_the_next(line: Line) -> None:
    line.free()
    decline(line.first, actor=None, now=NOW)
    decline(line.first, actor=None, now=NOW)
    promote_all(now=NOW)
    assert line.now() == [GONE, GONE, OFFER]
    assert (line.first.cancel_reason, line.first.late) == ("declined", False)
    with pytest.raises(Refusal) as refusal:
        accept(line.first, actor=None, now=NOW)
    assert code_of(refusal) == "booking_cancelled"


def test_an_offer_runs_out_and_the_next_is_asked(line: Line) -> None:
    line.free()
    assert expire_offers(now=NOW + 2 * HOUR - timedelta(seconds=1)) == 0
    with pytest.raises(Refusal) as early:  # past its end nothing is accepted, swept or not
        accept(line.first, actor=None, now=NOW + 2 * HOUR)
    assert expire_offers(now=NOW + 2 * HOUR) == 1
    assert expire_offers(now=NOW + 2 * HOUR) == 0
    promote_all(now=NOW + 2 * HOUR)
    assert line.now() == [GONE, GONE, OFFER]
    assert (line.first.cancel_reason, line.first.late, line.first.held_until) == ("offer expired", False, None)
    with pytest.raises(Refusal) as late:
        accept(line.first, actor=None, now=NOW + 2 * HOUR)
    assert [code_of(early), code_of(late)] == ["offer_expired", "offer_expired"]
    assert late.value.data["expired_at"] == (NOW + 2 * HOUR).isoformat()
    assert line.second.offer_expires_at == NOW + 4 * HOUR


def test_when_nobody_is_left_in_line_the_seat_is_free(line: Line) -> None:
    line.free()
    cancel(line.second, actor=None, now=NOW)
    assert expire(line.first, now=NOW + 2 * HOUR)
    promote_all(now=NOW + 2 * HOUR)
    assert (line.now(), line.seats()) == ([GONE, GONE, GONE], (0, 0))


def test_an_accepted_offer_does_not_run_out(line: Line) -> None:
    line.free()
    stale = Booking.objects.get(pk=line.first.pk)
    accept(line.first, actor=None, now=NOW)
    assert not expire(stale, now=NOW + 5 * HOUR)
    assert line.now()[1] == SEAT


def test_whoever_waits_or_is_booked_has_no_offer_to_answer(line: Line) -> None:
    for booking in (line.holder, line.first):
        for act in (accept, decline):
            with pytest.raises(Refusal) as refusal:
                act(booking, actor=None, now=NOW)
            assert code_of(refusal) == "not_offered"
    assert line.now() == [SEAT, LINE, LINE]


def test_somebody_whom_it_does_not_fit_is_passed_over_not_dropped(line: Line) -> None:
    line.cast.booked(line.first.patient, line.cast.session("2026-11-21 10:00", counselor=False, room=False))
    line.free()
    assert line.now() == [GONE, LINE, OFFER]
    assert place_in_line(line.first) == 1


def test_an_offer_is_never_held_past_the_notice(line: Line) -> None:
    near = at("2026-11-21 06:30")
    cancel(line.holder, actor=None, now=near)
    promote(line.session.pk, now=near)
    line.first.refresh_from_db()
    assert line.first.offer_expires_at == at("2026-11-21 07:00")


@pytest.mark.parametrize(("policy", "expected"), [("offer", LINE), ("book", SEAT)])
def test_at_the_last_moment_a_seat_is_booked_but_not_offered(line: Line, policy: str, expected: object) -> None:
    line.cast.program.waitlist_policy = policy
    line.cast.program.save()
    moment = at("2026-11-21 07:00")
    cancel(line.holder, actor=None, now=moment)
    promote(line.session.pk, now=moment)
    assert line.now()[1] == expected


def test_a_late_answer_is_never_a_late_cancellation(line: Line) -> None:
    near = at("2026-11-21 05:00")
    cancel(line.holder, actor=None, now=near)
    promote(line.session.pk, now=near)
    assert cancel(line.first, actor=None, now=near).late is False
    line.holder.refresh_from_db()
    assert line.holder.late is True


def test_an_offer_goes_with_its_session(line: Line) -> None:
    line.free()
    cancel_session(line.session, actor=None, now=NOW)
    assert line.now() == [GONE, GONE, GONE]
    with pytest.raises(Refusal) as refusal:
        accept(line.first, actor=None, now=NOW)
    assert code_of(refusal) == "session_cancelled"


def test_an_offered_seat_may_be_exchanged_for_another_session(line: Line) -> None:
    line.free()
    moved = move(line.first, line.cast.session("2026-11-22 09:00"), actor=None, now=NOW)
    promote_all(now=NOW)
    assert (moved.status, moved.offer_expires_at) == ("booked", None)
    assert line.now() == [GONE, GONE, OFFER]


def test_each_step_is_told_once_and_stands_in_the_trail(line: Line) -> None:
    told: list[tuple[int, str]] = []

    def hear(sender: object, *, booking_id: int, what: str, **_: object) -> None:
        told.append((booking_id, str(what)))

    waitlist_moved.connect(hear, weak=False)
    try:
        line.free()
        expire_offers(now=NOW + 2 * HOUR)
        promote_all(now=NOW + 2 * HOUR)
        accept(line.second, actor=None, now=NOW + 3 * HOUR)
    finally:
        waitlist_moved.disconnect(hear)
    first, second = line.first.pk, line.second.pk
    assert told == [(first, "offered"), (first, "expired"), (second, "offered")]
    trail = TrailEntry.objects.filter(subject_type="booking", subject_id__in=[first, second]).order_by("pk")
    assert list(trail.values_list("subject_id", "action", "reason")) == [
        (first, "booked", ""),
        (second, "booked", ""),
        (first, "offered", ""),
        (first, "offer_expired", ""),
        (second, "offered", ""),
        (second, "accepted", "by link"),
    ]


def test_by_the_policy_book_the_seat_is_theirs_at_once(line: Line) -> None:
    line.cast.program.waitlist_policy = "book"
    line.cast.program.save()
    line.free()
    assert line.now() == [GONE, SEAT, LINE]
    assert line.first.offer_expires_at is None


def test_one_who_left_the_line_may_join_it_again_at_its_end(line: Line) -> None:
    patient: Patient = line.first.patient
    cancel(line.first, actor=None, now=NOW)
    again = line.cast.booked(patient, line.session, waitlist=True, now=NOW + HOUR)
    assert (again.status, place_in_line(line.second), place_in_line(again)) == ("waitlisted", 1, 2)


def test_a_session_that_grows_serves_the_line_before_anybody_books(line: Line) -> None:
    change_session(line.session, fields_of(line.session, capacity=2), actor=None, now=NOW)
    assert promote_all(now=NOW) == 1
    assert (line.now(), line.seats()) == ([SEAT, OFFER, LINE], (2, 0))


def test_a_free_seat_goes_to_whoever_was_passed_over_once_it_fits(line: Line) -> None:
    """Both are passed over, and the seat is free; then the first gives up what was in the way."""
    in_the_way = line.cast.session("2026-11-21 10:00", counselor=False, room=False)
    others = [line.cast.booked(booking.patient, in_the_way) for booking in (line.first, line.second)]
    line.free()
    assert (line.now(), line.seats()) == ([GONE, LINE, LINE], (0, 0))
    cancel(others[0], actor=None, now=NOW)
    assert promote_all(now=NOW) == 1
    assert (line.now(), line.seats()) == ([GONE, OFFER, LINE], (1, 0))
