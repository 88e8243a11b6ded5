"""Reports that a worker makes: claimed once, taken up again after a crash, stopped, fetched by one, gone in a day."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from attendance.domain.reports import Report, ReportAsked, ReportTable
from attendance.errors import ReportNotReady
from attendance.models import ReportPiece, ReportRun, TreatmentWeek
from attendance.services import report_runs
from attendance.services.report_runs import (
    KEPT,
    LEASE,
    cancel_run,
    claim,
    download,
    forget_expired,
    is_long,
    make,
    make_waiting,
    request_run,
)
from people.enums import Role
from people.errors import InvalidInput, NotThere
from people.models import Admission, TrailEntry
from tests.attendance.queries.test_reports import people_with_a_week
from tests.cast import NOW, Cast

pytestmark = pytest.mark.django_db

ASKED = ReportAsked("hours", date(2026, 11, 16), date(2026, 11, 22))
LATER = NOW + LEASE + timedelta(seconds=1)


def asked_by(cast: Cast, file_format: str = "csv", asked: ReportAsked = ASKED) -> ReportRun:
    """A run of Cory's."""
    return request_run(asked, file_format=file_format, actor=cast.cory, now=NOW)


def state_of(run: ReportRun) -> tuple[str, int, int, int]:
    run.refresh_from_db()
    return run.state, run.done, run.total, run.attempts


@pytest.mark.parametrize("file_format", ["csv", "xlsx"])
def test_a_run_is_made_and_fetched_and_the_trail_says_so(cast: Cast, file_format: str) -> None:
    people = people_with_a_week(cast, 3)
    run = asked_by(cast, file_format)
    assert state_of(run) == ("waiting", 0, 3, 0)
    with pytest.raises(ReportNotReady):
        download(run, actor=cast.cory, now=NOW)
    assert make_waiting(clock=lambda: NOW) == 1
    assert state_of(run) == ("done", 3, 3, 1)
    body = b"".join(download(run, actor=cast.cory, now=NOW))
    assert len(body) == run.size
    assert body.startswith(b"PK") if file_format == "xlsx" else body.decode().count("Patient ") == 3
    whole = TrailEntry.objects.filter(action="opened_report", subject_type="report").order_by("pk")
    said = {**ASKED.as_json(), "form": file_format}
    assert [(one.actor_id, one.subject_id, one.after) for one in whole] == [(cast.cory.pk, run.pk, said)] * 2
    about = TrailEntry.objects.filter(action="opened_report", subject_type="patient")
    assert set(about.values_list("patient_id", "actor_id")) == {(one.pk, cast.cory.pk) for one in people}


def test_only_whoever_asked_sees_it(cast: Cast) -> None:
    run = asked_by(cast)
    found = {user.name: list(ReportRun.objects.visible_to(user)) for user in (cast.cory, cast.dirk, cast.ada)}
    assert found == {"Cory": [run], "Dirk": [], "Ada": []}


def test_the_same_report_is_not_made_twice_at_once_and_five_may_wait(cast: Cast) -> None:
    run = asked_by(cast)
    assert asked_by(cast).pk == run.pk
    for number in range(4):
        asked_by(cast, asked=ReportAsked("hours", date(2026, 11, 1 + number), date(2026, 11, 30)))
    with pytest.raises(InvalidInput):
        asked_by(cast, "xlsx")
    cancel_run(run, now=NOW)
    assert asked_by(cast, "xlsx").state == "waiting"


def test_two_workers_claim_one_run_once(cast: Cast) -> None:
    run = asked_by(cast)
    first, second = claim(now=NOW), claim(now=NOW)
    assert first is not None
    assert (first.pk, second) == (run.pk, None)


def test_what_a_crash_leaves_is_taken_up_again_and_the_dead_one_writes_no_more(cast: Cast) -> None:
    people_with_a_week(cast, 3)
    asked_by(cast)
    dead = claim(now=NOW)
    assert dead is not None
    ReportPiece.objects.create(run=dead, number=0, data=b"half a fi")
    assert claim(now=NOW + LEASE - timedelta(seconds=1)) is None
    heir = claim(now=LATER)
    assert heir is not None
    assert (heir.pk, heir.attempts) == (dead.pk, 2)
    assert make(dead, clock=lambda: LATER) is False
    assert make(heir, clock=lambda: LATER) is True
    heir.refresh_from_db()
    assert b"".join(download(heir, actor=cast.cory, now=LATER)).decode().startswith("\ufeffWeekly hours")


def test_a_run_that_fails_three_times_is_given_up(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    run = asked_by(cast)

    def broken(*_: Any, **__: Any) -> Report:
        raise RuntimeError("a row that cannot be read")

    monkeypatch.setattr(report_runs, "report", broken)
    for attempt in (1, 2, 3):
        assert make_waiting(clock=lambda: NOW, limit=1) == 0
        assert state_of(run)[::3] == ("running", attempt)
    assert make_waiting(clock=lambda: NOW) == 0
    assert state_of(run)[0] == "failed"


def test_cancelling_stops_the_worker_at_its_next_piece(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    run = asked_by(cast)

    def slow(user: Any, asked: ReportAsked, *, now: datetime, told: Any) -> Report:
        def rows() -> Iterator[Any]:
            for number in range(50_000):
                if number == 10_000:
                    assert cancel_run(run, now=NOW)
                yield (f"Person {number}",)

        return Report(asked, (ReportTable("x", ("a",), rows()),), list)

    monkeypatch.setattr(report_runs, "report", slow)
    assert make_waiting(clock=lambda: NOW) == 0
    assert state_of(run)[0] == "cancelled"
    assert ReportPiece.objects.count() == 0
    assert cancel_run(run, now=NOW) is False


def test_a_file_is_gone_after_a_day(cast: Cast) -> None:
    run = asked_by(cast)
    make_waiting(clock=lambda: NOW)
    run.refresh_from_db()
    assert forget_expired(now=NOW + KEPT - timedelta(seconds=1)) == 0
    with pytest.raises(ReportNotReady):
        download(run, actor=cast.cory, now=NOW + KEPT)
    assert forget_expired(now=NOW + KEPT) == 1
    assert (ReportRun.objects.count(), ReportPiece.objects.count()) == (0, 0)


def test_what_was_seen_when_asked_is_looked_at_again_when_it_is_made(cast: Cast) -> None:
    """For whoever answers for nobody any more nothing is made, not at a second attempt either."""
    people_with_a_week(cast, 2)
    run = asked_by(cast)
    cast.cory.memberships.all().delete()
    assert make_waiting(clock=lambda: NOW) == 0
    assert (state_of(run)[0], state_of(run)[3], ReportPiece.objects.count()) == ("failed", 1, 0)


def test_a_person_named_who_has_moved_on_meanwhile_is_not_told_of(cast: Cast) -> None:
    (person,) = people_with_a_week(cast, 1)
    run = asked_by(cast, asked=ReportAsked("ledger", ASKED.first, ASKED.last, patient_ids=(person.pk,)))
    TreatmentWeek.objects.update(site=cast.other_site)
    assert make_waiting(clock=lambda: NOW) == 0
    assert state_of(run)[0] == "failed"


def test_a_file_outlives_no_right_to_see_what_it_holds(cast: Cast) -> None:
    """A counselor's own caseload, one of whom goes to a colleague; then back again."""
    people = people_with_a_week(cast, 2)
    run = request_run(ASKED, file_format="csv", actor=cast.dana, now=NOW)
    make_waiting(clock=lambda: NOW)
    run.refresh_from_db()
    admissions = sorted(cast.admission_of(person).pk for person in people)
    assert run.held == admissions
    colleague = cast._staff("coll", Role.COUNSELOR, counselor=True)
    Admission.objects.filter(pk=admissions[0]).update(primary_counselor=colleague.counselor)
    with pytest.raises(NotThere):
        download(run, actor=cast.dana, now=NOW)
    Admission.objects.filter(pk=admissions[0]).update(primary_counselor=cast.dana_counselor)
    assert b"".join(download(run, actor=cast.dana, now=NOW)).decode().count("Patient ") == 2


def test_a_file_from_before_it_was_noted_what_one_holds_is_not_given(cast: Cast) -> None:
    people_with_a_week(cast, 1)
    run = asked_by(cast)
    make_waiting(clock=lambda: NOW)
    ReportRun.objects.update(held=None)
    run.refresh_from_db()
    with pytest.raises(NotThere):
        download(run, actor=cast.cory, now=NOW)


def test_what_is_long(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    people_with_a_week(cast, 3)
    monkeypatch.setattr(report_runs, "AT_ONCE_WEEKS", 2)
    monkeypatch.setattr(report_runs, "AT_ONCE_LEDGER_WEEKS", 3)
    found = {
        kind: is_long(cast.cory, ReportAsked(kind, ASKED.first, ASKED.last))
        for kind in ("hours", "grid", "packet", "summary", "ledger", "history")
    }
    assert found == {"hours": True, "grid": True, "packet": False, "summary": False, "ledger": False, "history": False}
