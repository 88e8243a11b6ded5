"""Any edits of a series with people booked, beside a slow and obvious reckoning of what must hold."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from people.domain.time import resolve_wall, to_wall
from people.enums import ClosureState
from people.errors import Refusal
from people.models import SiteClosure
from people.services.closures import ClosureFields
from scheduling.models import Booking, Session, SessionCounselor, SessionSeries
from scheduling.services.closures import close_site, lift_closure
from scheduling.services.series_changes import Scope, SeriesEdit
from scheduling.services.series_edit import edit_series
from scheduling.services.series_pauses import pause_edit
from scheduling.services.series_preview import preview_edit
from tests.cast import DENVER, NOW, Cast
from tests.scheduling.services.series_builders import change, series_of

pytestmark = pytest.mark.django_db

days = st.lists(st.sampled_from(("MO", "TU", "WE", "TH", "FR", "SA")), min_size=1, max_size=3, unique=True)
clocks = st.sampled_from(("09:00", "16:30", "18:00", "19:15"))
edits = st.lists(
    st.one_of(
        st.tuples(st.just("days"), days, clocks, st.sampled_from(("all", "following"))),
        st.tuples(st.just("clock"), clocks, st.sampled_from(("this", "following", "all"))),
        st.tuples(st.just("pause"), st.integers(0, 14), st.integers(0, 6)),
        st.tuples(st.just("seats"), st.integers(1, 4)),
        st.tuples(st.just("cancel"), st.integers(0, 5)),
        st.tuples(st.just("close"), st.integers(0, 20), st.integers(0, 2)),
        st.tuples(st.just("open")),
    ),
    min_size=1,
    max_size=4,
)


@pytest.fixture
def clinic(cast: Cast) -> tuple[Cast, list[Any]]:
    assert cast.room.pk
    assert cast.dana_counselor.pk
    return cast, [cast.ana, cast.patient(), cast.patient()]


@settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(edits=edits, booked=st.lists(st.tuples(st.integers(0, 2), st.integers(0, 7)), max_size=8))
def test_nobody_is_lost_unsaid_and_every_id_stays(
    clinic: tuple[Cast, list[Any]], edits: list[tuple[Any, ...]], booked: list[tuple[int, int]]
) -> None:
    cast, people = clinic
    with transaction.atomic():
        series = series_of(cast, weeks=3, capacity=4)
        for who, which in booked:
            rows = list(series.sessions.filter(starts_at__gt=NOW).order_by("pk"))
            try:
                with transaction.atomic():
                    cast.booked(people[who], rows[which % len(rows)])
            except Refusal:
                pass
        for said in edits:
            _step(series, said)
            _holds(series)
        transaction.set_rollback(True)


def _step(series: SessionSeries, said: tuple[Any, ...]) -> None:
    """Preview and apply one edit; what the preview said is what came of it. Or close the site, or open it again."""
    if said[0] == "close":
        first = date(2026, 11, 19) + timedelta(days=said[1])
        fields = ClosureFields(first, first + timedelta(days=said[2]), "Storm")
        close_site(series.site, fields, actor=None, now=NOW)
        return
    if said[0] == "open":
        for closure in SiteClosure.objects.filter(state=ClosureState.IN_FORCE):
            lift_closure(closure, actor=None, now=NOW, restore=True)
        return
    series.refresh_from_db()
    edit = _edit(series, said)
    if edit is None:
        return
    before = {row.pk: (row.starts_at, row.state, row.series_id) for row in series.sessions.all()}
    live = set(Booking.objects.filter(live=True).values_list("pk", flat=True))
    try:
        shown = preview_edit(series, edit, now=NOW)
        lost = {fate.booking.pk for fate in shown.lost}
        with transaction.atomic():
            edit_series(series, edit, actor=None, now=NOW, confirmed_lost=lost)
    except Refusal:
        assert {row.pk: (row.starts_at, row.state, row.series_id) for row in series.sessions.all()} == before
        assert set(Booking.objects.filter(live=True).values_list("pk", flat=True)) == live
        return
    assert live - set(Booking.objects.filter(live=True).values_list("pk", flat=True)) == lost
    after = {row.pk: (row.starts_at, row.state, row.series_id) for row in series.sessions.all()}
    assert set(before) <= set(after)  # no id goes
    for pk, was in before.items():
        if was[0] <= NOW:
            assert after[pk] == was  # what has begun stays
    for target in shown.targets:
        if target.session is not None and target.change == "moved":
            assert after[target.session.pk][0] == target.starts_at


def _edit(series: SessionSeries, said: tuple[Any, ...]) -> SeriesEdit | None:
    rows = list(series.sessions.filter(starts_at__gt=NOW, state="scheduled").order_by("occurrence_local"))
    if not rows:
        return None
    named = rows[len(rows) // 2].occurrence_local or ""
    kind, *rest = said
    if kind == "days":
        chosen, clock, scope = rest
        changes = {"rrule": f"FREQ=WEEKLY;BYDAY={','.join(chosen)}"}
        anchor = named if scope == "following" else series.starts_at_local
        changes["starts_at_local"] = f"{anchor[:11]}{clock}"
        return SeriesEdit(Scope(scope), changes, named if scope == "following" else None)
    if kind == "clock":
        clock, scope = rest
        anchor = series.starts_at_local if scope == "all" else named
        return SeriesEdit(Scope(scope), {"starts_at_local": f"{anchor[:11]}{clock}"}, None if scope == "all" else named)
    if kind == "pause":
        first = date(2026, 11, 19) + timedelta(days=rest[0])
        return pause_edit(series, starts_on=first, ends_on=first + timedelta(days=rest[1]))
    if kind == "seats":
        return SeriesEdit(Scope.ALL, {"capacity": rest[0]})
    return SeriesEdit(Scope.THIS, occurrence=rows[rest[0] % len(rows)].occurrence_local, cancel=True)


def _holds(series: SessionSeries) -> None:
    """Seats equal the people in them, copies equal what they copy, and nobody is in two places."""
    for row in Session.objects.all():
        people = row.bookings.filter(live=True)
        assert row.seats_taken == people.count() <= row.capacity
        assert set(people.values_list("starts_at", "ends_at")) <= {(row.starts_at, row.ends_at)}
        assert row.is_live or not people.exists()
        leads = SessionCounselor.objects.filter(session=row)
        assert set(leads.values_list("starts_at", "ends_at", "live")) <= {(row.starts_at, row.ends_at, row.is_live)}
    locals_ = [row.occurrence_local for row in series.sessions.exclude(occurrence_local=None)]
    assert len(locals_) == len(set(locals_))
    _doors_are_kept(series)
    _apart(Session.objects.live().exclude(room=None).values_list("room_id", "starts_at", "ends_at"))
    _apart(SessionCounselor.objects.filter(live=True).values_list("counselor_id", "starts_at", "ends_at"))
    _apart(Booking.objects.filter(live=True).values_list("patient_id", "starts_at", "ends_at"))


def _doors_are_kept(series: SessionSeries) -> None:
    """On a closed day nothing is held; and what waits for the doors lies on one."""
    closed = [row.interval for row in SiteClosure.objects.filter(state=ClosureState.IN_FORCE)]
    for row in series.sessions.filter(starts_at__gt=NOW).select_related("closed_by"):
        is_shut = any(one.overlaps(row.interval) for one in closed)
        assert not (row.is_live and is_shut)
        assert is_shut or not row.is_shut_out


@settings(
    max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(
    edits=st.lists(
        st.one_of(
            st.tuples(st.just("days"), days, clocks, st.just("all")),
            st.tuples(st.just("clock"), clocks, st.just("all")),
            st.tuples(st.just("pause"), st.integers(0, 14), st.integers(0, 6)),
            st.tuples(st.just("seats"), st.integers(1, 4)),
        ),
        min_size=1,
        max_size=3,
    ),
    closed=st.tuples(st.just("close"), st.integers(0, 16), st.integers(0, 3)),
)
def test_a_closure_that_is_lifted_leaves_what_the_edits_alone_would_have(
    clinic: tuple[Cast, list[Any]], edits: list[tuple[Any, ...]], closed: tuple[Any, ...]
) -> None:
    cast, _people = clinic
    assert _after(cast, [closed, *edits, ("open",)]) == _after(cast, edits)


def _after(cast: Cast, said: list[tuple[Any, ...]]) -> set[tuple[str, datetime, int]]:
    with transaction.atomic():
        series = series_of(cast, weeks=3, capacity=4)
        for one in said:
            _step(series, one)
            _holds(series)
        held = series.sessions.live().values_list("occurrence_local", "starts_at", "capacity")
        found = {(str(local), starts_at, capacity) for local, starts_at, capacity in held}
        transaction.set_rollback(True)
    return found


def _apart(rows: Any) -> None:
    listed = sorted(rows)
    for one, other in pairwise(listed):
        assert one[0] != other[0] or one[2] <= other[1]


@pytest.mark.parametrize(
    ("first", "clock", "expected"),
    [
        # On 1 November the clocks go back at two, on 14 March 2027 forward.
        (
            "2026-10-31T01:30",
            "01:15",
            [datetime(2026, 10, 31, 7, 15, tzinfo=UTC), datetime(2026, 11, 1, 7, 15, tzinfo=UTC)],
        ),
        (
            "2027-03-13T01:30",
            "02:30",
            [datetime(2027, 3, 13, 9, 30, tzinfo=UTC), datetime(2027, 3, 14, 9, 30, tzinfo=UTC)],
        ),
    ],
)
def test_a_new_time_at_a_clock_change(cast: Cast, first: str, clock: str, expected: list[datetime]) -> None:
    begun = datetime.fromisoformat(f"{first[:10]}T00:00").replace(tzinfo=DENVER).astimezone(UTC) - timedelta(days=1)
    series = series_of(
        cast, rrule="FREQ=DAILY;COUNT=2", starts_at_local=first, duration_minutes=60, breaks=(), now=begun
    )
    edit = SeriesEdit(Scope.ALL, {"starts_at_local": f"{first[:11]}{clock}"})
    edit_series(series, edit, actor=None, now=begun)
    rows = list(series.sessions.order_by("starts_at"))
    assert [row.starts_at for row in rows] == expected
    assert {row.ends_at - row.starts_at for row in rows} == {timedelta(hours=1)}
    for row in rows:
        local = datetime.fromisoformat(row.occurrence_local or "")
        assert resolve_wall(local, DENVER) == row.starts_at
    assert to_wall(rows[1].starts_at, DENVER).strftime("%H:%M") in {clock, "03:30"}


@pytest.mark.parametrize("people", [2, 9])
def test_an_edit_costs_the_same_however_many_are_booked(
    cast: Cast, people: int, django_assert_num_queries: Any
) -> None:
    series = series_of(cast, weeks=2)
    rows = list(series.sessions.filter(starts_at__gt=NOW))
    for _ in range(people):
        patient = cast.patient()
        for row in rows:
            cast.booked(patient, row)
    more = SET_CONSTRAINTS if connection.vendor == "postgresql" else 0
    with django_assert_num_queries(EDIT_QUERIES + more):
        change(series, starts_at_local="2026-11-16T17:00")


EDIT_QUERIES = 131
SET_CONSTRAINTS = 2
"""More on PostgreSQL, which defers its constraints and asks them at the end."""
