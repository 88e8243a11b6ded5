"""Taking a roster and signing it: marks, credit, refusals, and nothing half done."""

from datetime import datetime
from typing import Any

import pytest

from attendance.errors import RosterIncomplete, Stale, TooEarly
from attendance.models import AttendanceRecord, Roster
from attendance.services.roster import RosterRow, mark_all_present, save_rows, sign_roster
from people.errors import InvalidInput, Refusal
from people.models import TrailEntry
from scheduling.errors import RosterSigned, SessionCancelled
from scheduling.models import Booking, Session
from scheduling.services.booking import cancel
from scheduling.services.seat_offers import expire_offers
from scheduling.services.sessions import cancel_session
from scheduling.services.waitlist import promote
from tests.cast import Cast, at

BEFORE = at("2026-11-17 12:00")
DURING = at("2026-11-18 18:30")
AFTER = at("2026-11-18 21:00")


class Evening:
    """Ana and Ben on Wednesday's group, from 18:00 to 21:00 with a quarter of an hour's break; Cleo waits in line."""

    def __init__(self, cast: Cast) -> None:
        self.cast = cast
        pause = (at("2026-11-18 19:20"), at("2026-11-18 19:35"))
        self.session = cast.session("2026-11-18 18:00", capacity=2, breaks=(pause,), now=BEFORE)
        self.ana = cast.booked(cast.patient("Ana"), self.session, now=BEFORE)
        self.ben = cast.booked(cast.patient("Ben"), self.session, now=BEFORE)
        self.cleo = cast.booked(cast.patient("Cleo"), self.session, now=BEFORE, waitlist=True)

    def save(self, *rows: RosterRow, now: datetime = DURING, **options: Any) -> Roster:
        return save_rows(self.session, rows, actor=self.cast.dana, now=now, **options)

    def sign(self, now: datetime = AFTER) -> Roster:
        return sign_roster(self.session, actor=self.cast.dana, now=now)

    def counted(self) -> list[tuple[int, datetime | None]]:
        rows = Booking.objects.filter(pk__in=[self.ana.pk, self.ben.pk]).order_by("pk")
        return [(row.counted_minutes, row.marked_at) for row in rows]


@pytest.fixture
def evening(cast: Cast) -> Evening:
    return Evening(cast)


def test_a_mark_is_credited_by_the_programs_policy_which_it_keeps(evening: Evening) -> None:
    roster = evening.save(RosterRow(evening.ana.pk, "present", arrived_at=at("2026-11-18 18:12")))
    assert (roster.version, roster.signed_at) == (1, None)
    columns = [field.name for field in AttendanceRecord._meta.fields if field.name != "id"]
    assert AttendanceRecord.objects.values(*columns).get() == {
        "booking": evening.ana.pk,
        "session": evening.session.pk,
        "patient": evening.ana.patient_id,
        "status": "present",
        "mode": "in_person",
        "arrived_at": at("2026-11-18 18:12"),
        "left_at": None,
        "excuse_reason": "",
        "excuse_given_by": "",
        "excuse_given_at": None,
        "document_seen": False,
        "remark": "",
        "starts_at": at("2026-11-18 18:00"),
        "ends_at": at("2026-11-18 21:00"),
        "breaks": [["2026-11-19T02:20:00+00:00", "2026-11-19T02:35:00+00:00"]],
        "planned_minutes": 180,
        "late_minutes": 12,
        "early_minutes": 0,
        "credited_minutes": 153,
        "deductions": [{"why": "break", "minutes": 15}, {"why": "late", "minutes": 12}],
        "policy": {"grace_minutes": 0, "late_cutoff_minutes": 15, "rounding": "exact"},
        "recorded_at": DURING,
        "recorded_by": evening.cast.dana.pk,
    }
    assert evening.counted() == [(153, DURING), (165, None)]


def test_whoever_comes_on_an_offered_seat_keeps_it_and_their_minutes(evening: Evening) -> None:
    """They were marked at the door before they answered; once it has begun no sweep takes the evening from them."""
    evening.cast.program.waitlist_policy, evening.cast.program.waitlist_notice_minutes = "offer", 5
    evening.cast.program.save()
    cancel(evening.ben, actor=None, now=at("2026-11-18 17:00"))
    promote(evening.session.pk, now=at("2026-11-18 17:00"))
    evening.cleo.refresh_from_db()
    assert evening.cleo.status == "offered"
    evening.save(RosterRow(evening.cleo.pk, "present"), now=at("2026-11-18 17:55"))
    assert expire_offers(now=DURING) == 0
    evening.cleo.refresh_from_db()
    assert (evening.cleo.status, evening.cleo.live, evening.cleo.counted_minutes) == ("booked", True, 165)
    entry = TrailEntry.objects.get(action="accepted")
    assert entry.reason == "marked on the roster"
    assert [(kept or {})["status"] for kept in (entry.before, entry.after)] == ["offered", "booked"]


def test_all_present_in_one_tap_says_nothing_of_those_who_have_not_answered(evening: Evening) -> None:
    evening.cast.program.waitlist_policy, evening.cast.program.waitlist_notice_minutes = "offer", 5
    evening.cast.program.save()
    cancel(evening.ben, actor=None, now=at("2026-11-18 17:00"))
    promote(evening.session.pk, now=at("2026-11-18 17:00"))
    mark_all_present(evening.session, actor=evening.cast.dana, now=at("2026-11-18 17:55"))
    assert list(AttendanceRecord.objects.values_list("booking", flat=True)) == [evening.ana.pk]
    assert expire_offers(now=DURING) == 1


def test_taking_a_mark_away_brings_back_the_promise(evening: Evening) -> None:
    evening.save(RosterRow(evening.ana.pk, "no_show"), RosterRow(evening.ben.pk, "excused", excuse_reason="work"))
    assert evening.counted() == [(0, DURING), (0, DURING)]
    evening.save(RosterRow(evening.ana.pk, None))
    assert evening.counted() == [(165, None), (0, DURING)]
    assert list(AttendanceRecord.objects.values_list("booking", flat=True)) == [evening.ben.pk]


def test_every_change_is_on_the_trail_with_before_and_after(evening: Evening) -> None:
    evening.save(RosterRow(evening.ana.pk, "present"))
    evening.save(RosterRow(evening.ana.pk, "no_show"))
    evening.save(RosterRow(evening.ana.pk, None))
    present = {
        "session": evening.session.pk,
        "status": "present",
        "mode": "in_person",
        "arrived_at": None,
        "left_at": None,
        "excuse_reason": "",
        "credited_minutes": 165,
    }
    missed = {**present, "status": "no_show", "credited_minutes": 0}
    entries = TrailEntry.objects.filter(subject_type="booking", action__in=["marked", "unmarked"]).order_by("pk")
    assert list(entries.values_list("action", "subject_id", "patient_id", "actor_id", "before", "after")) == [
        ("marked", evening.ana.pk, evening.ana.patient_id, evening.cast.dana.pk, None, present),
        ("marked", evening.ana.pk, evening.ana.patient_id, evening.cast.dana.pk, present, missed),
        ("unmarked", evening.ana.pk, evening.ana.patient_id, evening.cast.dana.pk, missed, None),
    ]


def test_the_same_rows_again_change_nothing(evening: Evening) -> None:
    rows = [RosterRow(evening.ana.pk, "present", left_at=at("2026-11-18 20:30"))]
    first = evening.save(*rows)
    again = evening.save(*rows, now=AFTER)
    assert (first.version, again.version) == (1, 1)
    assert AttendanceRecord.objects.get().recorded_at == DURING
    assert TrailEntry.objects.filter(action="marked").count() == 1


def test_a_stale_writer_is_told_and_writes_nothing(evening: Evening) -> None:
    evening.save(RosterRow(evening.ana.pk, "present"), expected_version=0)
    with pytest.raises(Stale) as caught:
        evening.save(RosterRow(evening.ben.pk, "present"), expected_version=0)
    assert (caught.value.status, caught.value.data) == (412, {"version": 1})
    assert AttendanceRecord.objects.count() == 1


def test_the_mode_is_the_sessions_until_said_otherwise_and_then_stays(cast: Cast) -> None:
    session = cast.session("2026-11-18 18:00", mode="telehealth", room=False, now=BEFORE)
    booking = cast.booked(cast.patient(), session, now=BEFORE)

    def mode_after(row: RosterRow) -> str:
        save_rows(session, [row], actor=cast.dana, now=DURING)
        return AttendanceRecord.objects.get().mode

    assert mode_after(RosterRow(booking.pk, "present")) == "telehealth"
    assert mode_after(RosterRow(booking.pk, "present", mode="in_person")) == "in_person"
    assert mode_after(RosterRow(booking.pk, "turned_away")) == "in_person"


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ({"status": "here"}, "status"),
        ({"status": "present", "mode": "by phone"}, "mode"),
        ({"status": "present", "arrived_at": datetime(2026, 11, 18, 18, 5)}, "arrived_at"),  # noqa: DTZ001
        ({"status": "present", "arrived_at": at("2026-11-17 18:05")}, "arrived_at"),
        ({"status": "present", "left_at": at("2026-11-19 20:55")}, "left_at"),
        ({"status": "present", "arrived_at": at("2026-11-18 19:00"), "left_at": at("2026-11-18 18:59")}, "left_at"),
        ({"status": "no_show", "arrived_at": at("2026-11-18 18:05")}, "arrived_at"),
        ({"status": "excused", "left_at": at("2026-11-18 18:05")}, "left_at"),
        ({"status": "excused", "excuse_reason": "the dog"}, "excuse_reason"),
        ({"status": "no_show", "excuse_reason": "work"}, "excuse_reason"),
        ({"status": "present", "excuse_reason": "the dog"}, "excuse_reason"),
        ({"status": "present", "document_seen": True}, "document_seen"),
        ({"status": "excused", "excuse_given_by": "the dog"}, "excuse_given_by"),
        ({"status": "excused", "excuse_given_at": at("2026-11-18 18:31")}, "excuse_given_at"),
        ({"status": "excused", "excuse_given_at": datetime(2026, 11, 18, 12)}, "excuse_given_at"),  # noqa: DTZ001
        ({"status": "present", "remark": "x" * 201}, "remark"),
        ({"remark": "Came by taxi"}, "status"),
        ({"status": None, "arrived_at": at("2026-11-18 18:05")}, "arrived_at"),
    ],
)
def test_a_row_that_cannot_be_is_named_and_no_row_is_written(evening: Evening, row: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        evening.save(RosterRow(evening.ana.pk, "present"), RosterRow(evening.ben.pk, **row))
    assert list(caught.value.errors) == [f"rows[1].{field}"]
    assert (AttendanceRecord.objects.count(), Roster.objects.count()) == (0, 0)


def test_bookings_off_the_roster_and_marks_given_twice_are_named(evening: Evening) -> None:
    elsewhere = evening.cast.booked(
        evening.cast.patient(), evening.cast.session("2026-11-19 18:00", now=BEFORE), now=BEFORE
    )
    with pytest.raises(InvalidInput) as caught:
        evening.save(
            *(RosterRow(pk, "excused") for pk in (evening.ana.pk, evening.cleo.pk, elsewhere.pk, evening.ana.pk))
        )
    assert list(caught.value.errors) == ["rows[1].booking", "rows[2].booking", "rows[3].booking"]


def test_a_program_may_have_excuses_of_its_own(evening: Evening) -> None:
    evening.cast.program.excuse_reasons = ["harvest"]
    evening.cast.program.save()
    with pytest.raises(InvalidInput):
        evening.save(RosterRow(evening.ana.pk, "excused", excuse_reason="work"))
    evening.save(RosterRow(evening.ana.pk, "excused", excuse_reason="harvest"))
    assert AttendanceRecord.objects.get().excuse_reason == "harvest"


@pytest.mark.parametrize(
    ("status", "now", "early"),
    [
        ("present", at("2026-11-18 16:59"), True),
        ("present", at("2026-11-18 17:00"), False),
        ("turned_away", at("2026-11-18 16:59"), True),
        ("no_show", at("2026-11-18 17:59"), True),
        ("no_show", at("2026-11-18 18:00"), False),
        ("excused", BEFORE, False),
    ],
)
def test_excuses_come_any_time_arrivals_from_an_hour_before(
    evening: Evening, status: str, now: datetime, early: bool
) -> None:
    row = RosterRow(evening.ana.pk, status)
    if early:
        with pytest.raises(TooEarly) as caught:
            evening.save(row, now=now)
        assert caught.value.data == {"bookings": [str(evening.ana.pk)]}
    else:
        evening.save(row, now=now)
    assert AttendanceRecord.objects.exists() is not early


def test_all_present_leaves_what_is_marked_and_who_waits(evening: Evening) -> None:
    evening.save(RosterRow(evening.ben.pk, "no_show"))
    roster = mark_all_present(evening.session, actor=evening.cast.dana, now=DURING)
    assert roster.version == 2
    assert list(AttendanceRecord.objects.order_by("booking").values_list("booking", "status")) == [
        (evening.ana.pk, "present"),
        (evening.ben.pk, "no_show"),
    ]
    assert mark_all_present(evening.session, actor=evening.cast.dana, now=DURING).version == 2


def test_signing_waits_for_the_end_and_for_everybody(evening: Evening) -> None:
    with pytest.raises(TooEarly):
        evening.sign(now=at("2026-11-18 20:59"))
    evening.save(RosterRow(evening.ana.pk, "present"))
    with pytest.raises(RosterIncomplete) as caught:
        evening.sign()
    missing = {"booking": str(evening.ben.pk), "patient": str(evening.ben.patient_id), "patient_name": "Ben"}
    assert caught.value.data == {"unmarked": [missing]}
    evening.session.refresh_from_db()
    assert (evening.session.state, Roster.objects.get().signed_at) == ("scheduled", None)


def test_a_signed_roster_is_evidence_reckoned_at_that_moment(evening: Evening) -> None:
    late = RosterRow(evening.ana.pk, "present", arrived_at=at("2026-11-18 18:12"))
    evening.save(late, RosterRow(evening.ben.pk, "no_show"))
    evening.cast.program.grace_minutes = 12
    evening.cast.program.save()
    roster = evening.sign()
    assert (roster.version, roster.signed_at, roster.signed_by) == (2, AFTER, evening.cast.dana)
    record = AttendanceRecord.objects.get(booking=evening.ana)
    assert (record.credited_minutes, record.late_minutes, record.policy["grace_minutes"]) == (165, 12, 12)
    assert evening.counted() == [(165, AFTER), (0, DURING)]
    assert Session.objects.get(pk=evening.session.pk).state == "signed"
    with pytest.raises(RosterSigned):
        evening.save(late)
    with pytest.raises(RosterSigned):
        mark_all_present(evening.session, actor=evening.cast.dana, now=AFTER)


def test_signing_twice_signs_once(evening: Evening) -> None:
    mark_all_present(evening.session, actor=evening.cast.dana, now=DURING)
    evening.sign()
    again = sign_roster(evening.session, actor=evening.cast.cory, now=at("2026-11-18 22:00"))
    assert (again.version, again.signed_at, again.signed_by) == (2, AFTER, evening.cast.dana)
    assert TrailEntry.objects.filter(action="roster_signed").count() == 1


def test_a_cancelled_session_has_no_roster_to_take(evening: Evening) -> None:
    cancel_session(evening.session, actor=evening.cast.cory, now=BEFORE)
    with pytest.raises(SessionCancelled):
        evening.save(RosterRow(evening.ana.pk, "present"))
    with pytest.raises(SessionCancelled):
        mark_all_present(evening.session, actor=evening.cast.dana, now=DURING)
    with pytest.raises(SessionCancelled):
        evening.sign()


def test_a_marked_booking_is_not_cancelled_behind_the_rosters_back(evening: Evening) -> None:
    from scheduling.services.booking import cancel

    evening.save(RosterRow(evening.ana.pk, "present"))
    with pytest.raises(Refusal) as caught:
        cancel(evening.ana, actor=evening.cast.cory, now=AFTER, reason="a slip")
    assert caught.value.code == "roster_signed"
