"""Any sequence of bookings, moves, cancellations, waiting and changed sessions, beside a model of plain lists.

Never over capacity, never in two places, nobody lost, and the line keeps its order. The model knows nothing of seats
held, copies of times or signals: who holds a seat, who waits in which order, and when each session is.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
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
from scheduling.services.session_rules import SessionFields
from scheduling.services.sessions import cancel_session, change_session
from scheduling.services.waitlist import promote_all
from tests.cast import NOW, Cast

PATIENTS = 5
STARTS = ("19 09:00", "19 10:00", "19 13:00", "20 09:00", "20 17:00", "21 09:00")
CAPACITIES = (1, 2, 1, 2, 3, 1)
HOUR = timedelta(hours=1)
LENGTH = timedelta(hours=5)
MAXIMUM = 1140

patients = st.integers(0, PATIENTS - 1)
sessions = st.integers(0, len(STARTS) - 1)


@dataclass
class Plain:
    """One session as the model sees it."""

    starts: Any
    capacity: int
    cancelled: bool = False
    seated: list[int] = field(default_factory=list)
    line: list[int] = field(default_factory=list)

    @property
    def ends(self) -> Any:
        return self.starts + LENGTH

    def overlaps(self, other: "Plain") -> bool:
        return bool(self.starts < other.ends and other.starts < self.ends)


class Clinic(RuleBasedStateMachine):
    """The services on one side, the model on the other."""

    @initialize()
    def open_clinic(self) -> None:
        self.transaction = transaction.atomic()
        self.transaction.__enter__()
        cast = self.cast = Cast()
        self.people: list[Patient] = [cast.patient() for _ in range(PATIENTS)]
        self.rows: list[Session] = [
            cast.session(f"2026-11-{start}", minutes=300, capacity=capacity, counselor=False, room=False)
            for start, capacity in zip(STARTS, CAPACITIES, strict=True)
        ]
        self.model = [Plain(row.starts_at, capacity) for row, capacity in zip(self.rows, CAPACITIES, strict=True)]

    def teardown(self) -> None:
        if hasattr(self, "transaction"):
            transaction.set_rollback(True)
            self.transaction.__exit__(None, None, None)

    # --- what the model says ---

    def obstacle(self, who: int, where: int, *, without: int | None = None) -> str | None:
        """The first reason against it in the order of the product, seats aside."""
        session = self.model[where]
        mine = [one for one in self.model if who in one.seated and (without is None or one is not self.model[without])]
        if session.cancelled:
            return "session_cancelled"
        if who in session.seated or who in session.line:
            return "already_booked"
        if any(one.overlaps(session) for one in mine):
            return "overlaps_booking"
        return "over_weekly_maximum" if 300 * (len(mine) + 1) > MAXIMUM else None

    def promote(self, where: int, held: int) -> None:
        """Freed seats go down the line to whom they fit; whoever is passed over keeps their place."""
        session = self.model[where]
        for who in list(session.line):
            mine = [one for one in self.model if who in one.seated]
            fits = not any(one.overlaps(session) for one in mine) and 300 * (len(mine) + 1) <= MAXIMUM
            if held and fits:
                session.line.remove(who)
                session.seated.append(who)
                held -= 1

    def leave(self, who: int, where: int) -> None:
        """Out of the seat, which goes down the line, or out of the line."""
        session = self.model[where]
        if who in session.line:
            session.line.remove(who)
            return
        session.seated.remove(who)
        if session.line and not session.cancelled:
            self.promote(where, held=1)

    # --- what happens ---

    @rule(who=patients, where=sessions, waits=st.booleans())
    def book(self, who: int, where: int, waits: bool) -> None:
        expected = self.obstacle(who, where)
        session = self.model[where]
        if expected is None and len(session.seated) >= session.capacity and not waits:
            expected = "session_full"
        with answering(expected):
            book(self.people[who], self.rows[where], actor=None, now=NOW, waitlist=waits)
        if expected is None:
            (session.seated if len(session.seated) < session.capacity else session.line).append(who)

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
        promote_all(now=NOW)
        self.leave(who, where)

    @rule(who=patients, origin=sessions, there=sessions)
    def move(self, who: int, origin: int, there: int) -> None:
        booking = self.booking(who, origin)
        if booking is None or origin == there:
            return
        seated = who in self.model[origin].seated
        expected = self.obstacle(who, there, without=origin if seated else None)
        if expected is None and len(self.model[there].seated) >= self.model[there].capacity:
            expected = "session_full"
        with answering(expected):
            move(booking, self.rows[there], actor=None, now=NOW)
        promote_all(now=NOW)
        if expected is None:
            self.model[there].seated.append(who)
            self.leave(who, origin)

    @rule(where=sessions, hours=st.integers(-3, 3))
    def shift(self, where: int, hours: int) -> None:
        """The session is moved; refused where somebody booked on it has another appointment then."""
        session, changed = self.model[where], Plain(self.model[where].starts + hours * HOUR, 1)
        others = [one for one in self.model if one is not session and one.overlaps(changed)]
        clash = any(who in one.seated for one in others for who in session.seated)
        expected = "session_cancelled" if session.cancelled else "overlaps_booking" if clash else None
        with answering(expected):
            change_session(self.rows[where], self.fields(where, changed.starts), actor=None, now=NOW)
        if expected is None:
            session.starts = changed.starts

    @precondition(lambda self: sum(one.cancelled for one in self.model) < 2)
    @rule(where=sessions)
    def call_off(self, where: int) -> None:
        cancel_session(self.rows[where], actor=None, now=NOW)
        promote_all(now=NOW)
        session = self.model[where]
        session.cancelled, session.seated, session.line = True, [], []

    # --- what holds ---

    @invariant()
    def the_same_people_in_the_same_places(self) -> None:
        if not hasattr(self, "model"):
            return
        held, waiting = {row.pk: set() for row in self.rows}, {row.pk: [] for row in self.rows}  # type: ignore[var-annotated]
        index = {patient.pk: number for number, patient in enumerate(self.people)}
        for booking in Booking.objects.exclude(status="cancelled").order_by("created_at", "pk"):
            (held[booking.session_id].add if booking.live else waiting[booking.session_id].append)(
                index[booking.patient_id]
            )
        for row, plain in zip(self.rows, self.model, strict=True):
            row.refresh_from_db()
            assert (held[row.pk], waiting[row.pk]) == (set(plain.seated), plain.line)
            assert (row.starts_at, row.seats_taken, row.seats_held) == (plain.starts, len(plain.seated), 0)
            assert len(plain.seated) <= plain.capacity

    # --- the product's rows ---

    def booking(self, who: int, where: int) -> Booking | None:
        found: Booking | None = (
            Booking.objects.filter(patient=self.people[who], session=self.rows[where])
            .exclude(status="cancelled")
            .first()
        )
        return found

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
