"""Any sequence of bookings, moves, cancellations, waiting, offers, changed sessions and series, beside plain lists.

Never over capacity, never in two places, nobody lost, and the line keeps its order. The model knows nothing of seats
held, copies of times or signals: who holds a seat, to whom one is offered, who waits in which order, and when each
session is. Where an edit of a series puts its evenings it hears from the product (that has tests of its own); who of
those booked still fits there, and who follows for those who do not, it reckons itself.
"""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import combinations
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from people.errors import Refusal
from people.models import Patient
from scheduling.models import Booking, Session
from scheduling.services.booking import book, cancel, move
from scheduling.services.seat_offers import accept, decline, expire_offers
from scheduling.services.series_changes import Scope, SeriesEdit
from scheduling.services.series_edit import edit_series
from scheduling.services.series_preview import preview_edit
from scheduling.services.session_rules import SessionFields
from scheduling.services.sessions import cancel_session, change_session
from scheduling.services.waitlist import promote_all
from tests.cast import NOW, Cast
from tests.scheduling.services.series_builders import series_of

PATIENTS = 5
STARTS = ("19 09:00", "19 10:00", "19 13:00", "20 09:00", "20 17:00", "21 09:00")
CAPACITIES = (1, 2, 1, 2, 3, 1)
EVENINGS = 3
"""Of the series that is on beside the single sessions."""

HOUR = timedelta(hours=1)
AN_OFFER = timedelta(hours=2)
LENGTH = timedelta(hours=5)
MAXIMUM = 1140

patients = st.integers(0, PATIENTS - 1)
sessions = st.integers(0, len(STARTS) + EVENINGS - 1)
clocks = st.sampled_from(("09:00", "13:30", "15:00", "17:00"))


@dataclass
class Plain:
    """One session as the model sees it."""

    starts: Any
    capacity: int
    cancelled: bool = False
    seated: list[int] = field(default_factory=list)
    offered: list[int] = field(default_factory=list)
    line: list[int] = field(default_factory=list)

    @property
    def held(self) -> list[int]:
        """Who takes a seat: it is theirs, or waits for their answer."""
        return [*self.seated, *self.offered]

    def release(self, who: int) -> None:
        (self.seated if who in self.seated else self.offered).remove(who)

    @property
    def ends(self) -> Any:
        return self.starts + LENGTH

    def overlaps(self, other: "Plain") -> bool:
        return bool(self.starts < other.ends and other.starts < self.ends)


class Clinic(RuleBasedStateMachine):
    """The services on one side, the model on the other."""

    @initialize(offers=st.booleans())
    def open_clinic(self, offers: bool) -> None:
        self.transaction = transaction.atomic()
        self.transaction.__enter__()
        cast = self.cast = Cast()
        self.offers = offers
        cast.program.waitlist_policy = "offer" if offers else "book"
        cast.program.save()
        self.people: list[Patient] = [cast.patient() for _ in range(PATIENTS)]
        self.rows: list[Session] = [
            cast.session(f"2026-11-{start}", minutes=300, capacity=capacity, counselor=False, room=False)
            for start, capacity in zip(STARTS, CAPACITIES, strict=True)
        ]
        self.series = series_of(
            cast,
            rrule=f"FREQ=DAILY;COUNT={EVENINGS}",
            starts_at_local="2026-11-19T15:00",
            duration_minutes=300,
            breaks=(),
            capacity=2,
            counselors=(),
            room=None,
        )
        self.rows += self.series.sessions.order_by("starts_at")
        self.model = [Plain(row.starts_at, row.capacity) for row in self.rows]

    def teardown(self) -> None:
        if hasattr(self, "transaction"):
            transaction.set_rollback(True)
            self.transaction.__exit__(None, None, None)

    # --- what the model says ---

    def obstacle(self, who: int, where: int, *, without: int | None = None) -> str | None:
        """The first reason against it in the order of the product, seats aside."""
        session = self.model[where]
        mine = [one for one in self.model if who in one.held and (without is None or one is not self.model[without])]
        if session.cancelled:
            return "session_cancelled"
        if who in session.held or who in session.line:
            return "already_booked"
        if any(one.overlaps(session) for one in mine):
            return "overlaps_booking"
        return "over_weekly_maximum" if 300 * (len(mine) + 1) > MAXIMUM else None

    def settle(self) -> None:
        """What is free goes down the lines to whom it fits, session by session in the order of time; whoever is passed
        over keeps their place."""
        for _start, where in sorted((one.starts, where) for where, one in enumerate(self.model)):
            session = self.model[where]
            for who in [] if session.cancelled else list(session.line):
                mine = [one for one in self.model if who in one.held]
                fits = not any(one.overlaps(session) for one in mine) and 300 * (len(mine) + 1) <= MAXIMUM
                if len(session.held) < session.capacity and fits:
                    session.line.remove(who)
                    (session.offered if self.offers else session.seated).append(who)

    def leave(self, who: int, where: int) -> None:
        """Out of the seat, or out of the line."""
        session = self.model[where]
        if who in session.line:
            session.line.remove(who)
        else:
            session.release(who)

    def left_behind(self, places: dict[int, Any]) -> set[tuple[int, int]]:
        """Who of those booked on these sessions would be in two places at once after they get these times."""
        lost = set()
        for who in range(PATIENTS):
            taken = [one for where, one in enumerate(self.model) if who in one.held and where not in places]
            for where in sorted(places, key=lambda one: self.model[one].starts):
                there = Plain(places[where], 1)
                if who not in self.model[where].held:
                    continue
                if any(one.overlaps(there) for one in taken):
                    lost.add((who, where))
                else:
                    taken.append(there)
        return lost

    def give_out(self) -> None:
        """The sweep on the one side, and on the other what must have come of it."""
        promote_all(now=NOW)
        self.settle()

    # --- what happens ---

    @rule(who=patients, where=sessions, waits=st.booleans())
    def book(self, who: int, where: int, waits: bool) -> None:
        expected = self.obstacle(who, where)
        session = self.model[where]
        full = len(session.held) >= session.capacity
        if expected is None and full and not waits:
            expected = "session_full"
        with answering(expected):
            book(self.people[who], self.rows[where], actor=None, now=NOW, waitlist=waits)
        if expected is None:
            (session.line if full else session.seated).append(who)

    @rule(order=st.permutations(range(PATIENTS)), where=sessions)
    def all_want(self, order: list[int], where: int) -> None:
        for who in order:
            self.book(who, where, True)

    @rule(who=patients, where=sessions)
    def cancel(self, who: int, where: int) -> None:
        booking = self.booking(who, where)
        if booking is None:
            return
        cancel(booking, actor=None, now=NOW)
        self.leave(who, where)
        self.give_out()

    @rule(who=patients, origin=sessions, there=sessions)
    def move(self, who: int, origin: int, there: int) -> None:
        booking = self.booking(who, origin)
        if booking is None or origin == there:
            return
        seated = who in self.model[origin].held
        expected = self.obstacle(who, there, without=origin if seated else None)
        if expected is None and len(self.model[there].held) >= self.model[there].capacity:
            expected = "session_full"
        with answering(expected):
            move(booking, self.rows[there], actor=None, now=NOW)
        if expected is None:
            self.model[there].seated.append(who)
            self.leave(who, origin)
        self.give_out()

    @rule(where=sessions, hours=st.integers(-3, 3))
    def shift(self, where: int, hours: int) -> None:
        """The session is moved; refused where somebody booked on it has another appointment then."""
        session, changed = self.model[where], Plain(self.model[where].starts + hours * HOUR, 1)
        if changed.starts < NOW + timedelta(hours=5):  # the notice of the line is not what is tried here
            return
        others = [one for one in self.model if one is not session and one.overlaps(changed)]
        clash = any(who in one.held for one in others for who in session.held)
        expected = "session_cancelled" if session.cancelled else "overlaps_booking" if clash else None
        with answering(expected):
            change_session(self.rows[where], self.fields(where, changed.starts), actor=None, now=NOW)
        if expected is None:
            session.starts = changed.starts

    @precondition(lambda self: any(one.line for one in self.model))
    @rule(where=sessions)
    def grow(self, where: int) -> None:
        """One seat more: whoever waits comes before whoever books."""
        session = self.model[where]
        if session.cancelled or session.capacity > 3:
            return
        session.capacity += 1
        with answering(None):
            change_session(self.rows[where], self.fields(where, session.starts), actor=None, now=NOW)
        self.give_out()

    @precondition(lambda self: sum(one.cancelled for one in self.model) < 2)
    @rule(where=sessions)
    def call_off(self, where: int) -> None:
        cancel_session(self.rows[where], actor=None, now=NOW)
        session = self.model[where]
        session.cancelled, session.seated, session.offered, session.line = True, [], [], []
        self.give_out()

    @rule(who=patients, where=sessions, yes=st.booleans(), later=st.booleans())
    def answer(self, who: int, where: int, yes: bool, later: bool) -> None:
        """Yes or no to an offer; whoever has none, or comes too late with a yes, is told so."""
        booking, session = self.booking(who, where), self.model[where]
        if booking is None:
            return
        now = NOW + AN_OFFER if later and yes else NOW
        expected = None if who in session.offered else "not_offered"
        if who in session.offered and now > NOW:
            expected = "offer_expired"
        if who in session.seated and booking.offer_expires_at is not None and yes:
            expected = None  # a second yes changes nothing
        with answering(expected):
            (accept if yes else decline)(booking, actor=None, now=now)
        if who in session.offered and expected is None:
            session.offered.remove(who)
            if yes:
                session.seated.append(who)
        self.give_out()

    @precondition(lambda self: any(one.offered for one in self.model))
    @rule()
    def offers_run_out(self) -> None:
        """Everything that is offered goes to the next in line."""
        assert expire_offers(now=NOW + AN_OFFER) == sum(len(one.offered) for one in self.model)
        for session in self.model:
            session.offered = []
        self.give_out()

    @rule(which=st.integers(0, EVENINGS - 1), scope=st.sampled_from(Scope), clock=clocks, said=st.booleans())
    def change_series(self, which: int, scope: Scope, clock: str, said: bool) -> None:
        """This evening, this and those that follow, or all get another time of day."""
        row = self.rows[len(STARTS) + which]
        row.refresh_from_db()
        if row.occurrence_local is None or self.model[len(STARTS) + which].cancelled:
            return
        self.series.refresh_from_db()
        anchor = self.series.starts_at_local if scope == Scope.ALL else row.occurrence_local
        named = None if scope == Scope.ALL else row.occurrence_local
        edit = SeriesEdit(scope, {"starts_at_local": f"{anchor[:11]}{clock}"}, named)
        places = self.places_after(edit)
        if places is None:
            return
        lost = self.left_behind(places)
        bookings = {self.found(who, where).pk for who, where in lost}
        with answering("stale" if lost and not said else None):
            edit_series(self.series, edit, actor=None, now=NOW, confirmed_lost=bookings if said else ())
        if lost and not said:
            return
        for where, starts in places.items():
            self.model[where].starts = starts
        for who, where in lost:
            self.model[where].release(who)
        self.give_out()

    @precondition(lambda self: sum(one.cancelled for one in self.model) < 2)
    @rule(which=st.integers(0, EVENINGS - 1))
    def leave_one_out(self, which: int) -> None:
        """One evening of the series does not take place; whoever had a seat is named first."""
        where = len(STARTS) + which
        row, session = self.rows[where], self.model[where]
        row.refresh_from_db()
        if row.occurrence_local is None or session.cancelled:
            return
        self.series.refresh_from_db()
        lost = {self.found(who, where).pk for who in session.held}
        edit = SeriesEdit(Scope.THIS, occurrence=row.occurrence_local, cancel=True)
        edit_series(self.series, edit, actor=None, now=NOW, confirmed_lost=lost)
        session.cancelled, session.seated, session.offered, session.line = True, [], [], []
        self.give_out()

    # --- what holds ---

    @invariant()
    def the_same_people_in_the_same_places(self) -> None:
        if not hasattr(self, "model"):
            return
        found: dict[tuple[int, str], list[int]] = defaultdict(list)
        index = {patient.pk: number for number, patient in enumerate(self.people)}
        for booking in Booking.objects.exclude(status="cancelled").order_by("created_at", "pk"):
            assert booking.live is (booking.status != "waitlisted")
            found[booking.session_id, booking.status].append(index[booking.patient_id])
        for row, plain in zip(self.rows, self.model, strict=True):
            row.refresh_from_db()
            seated, offered = set(found[row.pk, "booked"]), set(found[row.pk, "offered"])
            assert (seated, offered) == (set(plain.seated), set(plain.offered))
            assert found[row.pk, "waitlisted"] == plain.line
            assert (row.starts_at, row.seats_taken, row.seats_held) == (plain.starts, len(plain.held), 0)
            assert len(plain.held) <= plain.capacity
            assert row.is_live is not plain.cancelled

    @invariant()
    def nobody_is_in_two_places(self) -> None:
        for who in range(PATIENTS if hasattr(self, "model") else 0):
            mine = [one for one in self.model if who in one.held]
            assert not any(one.overlaps(other) for one, other in combinations(mine, 2))

    # --- the product's rows ---

    def booking(self, who: int, where: int) -> Booking | None:
        found: Booking | None = (
            Booking.objects.filter(patient=self.people[who], session=self.rows[where])
            .exclude(status="cancelled")
            .first()
        )
        return found

    def found(self, who: int, where: int) -> Booking:
        booking = self.booking(who, where)
        assert booking is not None
        return booking

    def places_after(self, edit: SeriesEdit) -> dict[int, Any] | None:
        """By session the time that the edit gives it; None for an edit that is refused, or is too soon to be tried."""
        try:
            preview = preview_edit(self.series, edit, now=NOW)
        except Refusal:
            return None
        number = {row.pk: where for where, row in enumerate(self.rows)}
        moved = [target for target in preview.targets if target.change != "kept"]
        if any(target.session is None or target.change != "moved" for target in moved):
            return None
        places = {number[target.row.pk]: target.starts_at for target in moved}
        return places if all(starts > NOW + timedelta(hours=5) for starts in places.values()) else None

    def fields(self, where: int, starts_at: Any) -> SessionFields:
        row = self.rows[where]
        return SessionFields(
            program=self.cast.program,
            site=self.cast.site,
            kind=row.kind,
            title=row.title,
            starts_at=starts_at,
            ends_at=starts_at + LENGTH,
            capacity=self.model[where].capacity,
        )


@contextmanager
def answering(expected: str | None) -> Iterator[None]:
    """What is inside is refused with just this code, or goes through where there is none."""
    answered = None
    try:
        with transaction.atomic():
            yield
    except Refusal as refusal:
        answered = refusal.code
    assert answered == expected


@pytest.mark.slow
@pytest.mark.django_db
def test_whatever_happens_the_seats_and_the_lines_are_those_of_the_model() -> None:
    quick = settings(
        max_examples=25,
        stateful_step_count=20,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(Clinic, settings=quick)
