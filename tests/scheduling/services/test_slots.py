"""One-to-one sessions from a counselor's hours."""

from dataclasses import replace
from datetime import date

import pytest

from attendance.models import TreatmentWeek
from attendance.services.marking import take_up_marks
from attendance.services.weeks import recount_patient, recount_stale
from people.errors import InvalidInput, Refusal
from people.models import Admission, Counselor, Patient, TrailEntry
from scheduling.models import Session
from scheduling.queries import sessions_with_fit
from scheduling.services.booking import book, cancel, move
from scheduling.services.counselor_times import AvailabilityFields, add_availability, add_time_off
from scheduling.services.outlook import week_outlook
from scheduling.services.repairs import repairs_for
from scheduling.services.sessions import cancel_session
from scheduling.services.slots import Slot, SlotWish, make_slots, open_due, open_to_all
from scheduling.services.waitlist import promote_all
from tests.cast import NOW, WEEK, Cast, at

pytestmark = pytest.mark.django_db

THURSDAY, FRIDAY = date(2026, 11, 19), date(2026, 11, 20)


@pytest.fixture
def wish(cast: Cast) -> SlotWish:
    """An hour each with a quarter between, on Thursday and Friday; Dana is there from one to six."""
    hours = AvailabilityFields(
        cast.site, "2026-11-16T13:00", "2026-11-16T18:00", "FREQ=WEEKLY;BYDAY=TH,FR", date(2026, 11, 16)
    )
    add_availability(cast.dana_counselor, hours, actor=None, now=NOW)
    return SlotWish(cast.program, cast.site, THURSDAY, FRIDAY, minutes=60, pause_minutes=15)


def made(cast: Cast, wish: SlotWish, **options: bool) -> list[Slot]:
    return make_slots(cast.dana_counselor, wish, actor=cast.dana, now=NOW, **options)


def told(slots: list[Slot]) -> list[tuple[str, str]]:
    return [(one.interval.start.isoformat()[5:16], one.why_not) for one in slots]


def test_the_hours_become_sessions_of_one_seat_that_patients_can_book(cast: Cast, wish: SlotWish) -> None:
    slots = made(cast, wish)
    assert told(slots) == [
        (f"11-{day}T{time}", "") for day in (19, 20) for time in ("20:00", "21:15", "22:30", "23:45")
    ]
    rows = Session.objects.order_by("starts_at")
    assert {(one.kind, one.capacity, one.counselors.get(), one.clinical_minutes) for one in rows} == {
        ("individual", 1, cast.dana_counselor, 60)
    }
    fits = sessions_with_fit(rows.select_related("program", "site"), cast.patient().pk, now=NOW)
    assert [one.fits for one in fits] == [True] * 8


def test_run_twice_it_makes_none_twice_not_even_what_was_called_off(cast: Cast, wish: SlotWish) -> None:
    made(cast, wish)
    cancel_session(Session.objects.earliest("starts_at"), actor=None, now=NOW)
    again = made(cast, wish)
    assert {one.why_not for one in again} == {"made_already"}
    assert Session.objects.count() == 8
    later = SlotWish(**{**wish.__dict__, "first": FRIDAY, "last": date(2026, 11, 26)})
    assert [one.why_not for one in made(cast, later)] == ["made_already"] * 4 + [""] * 4


def test_what_clashes_is_left_out_and_says_why(cast: Cast, wish: SlotWish) -> None:
    cast.session("2026-11-19 14:30", minutes=30, room=False)
    add_time_off(
        cast.dana_counselor, starts_at=at("2026-11-20 17:00"), ends_at=at("2026-11-21 00:00"), actor=None, now=NOW
    )
    other = cast.session("2026-11-20 13:00", minutes=60, counselor=False)
    with_room = SlotWish(**{**wish.__dict__, "room": other.room})
    assert told(made(cast, with_room)) == [
        ("11-19T20:00", ""),
        ("11-19T21:15", "counselor_busy"),
        ("11-19T22:30", ""),
        ("11-19T23:45", ""),
        ("11-20T20:00", "room_busy"),
        ("11-20T21:15", ""),
        ("11-20T22:30", ""),
        ("11-20T23:45", "counselor_time_off"),
    ]


def test_a_preview_answers_the_same_and_leaves_nothing(cast: Cast, wish: SlotWish) -> None:
    preview = made(cast, wish, preview=True)
    assert Session.objects.count() == 0
    assert told(preview) == told(made(cast, wish))


@pytest.fixture
def jo(cast: Cast) -> Counselor:
    """Another counselor at Maple Street."""
    row = Counselor.objects.create(name="Jo Marsh")
    row.sites.add(cast.site)
    return row


def in_care_of(counselor: Counselor | None, patient: Patient) -> Patient:
    Admission.objects.filter(patient=patient).update(primary_counselor=counselor)
    return patient


def why_not(patient: Patient, **options: bool) -> set[tuple[str, ...]]:
    rows = Session.objects.filter(kind="individual").select_related("program", "site")
    return {one.why_not for one in sessions_with_fit(rows, patient.pk, now=NOW, **options)}


def test_slots_are_for_the_counselors_own_people_and_for_whoever_has_none(
    cast: Cast, wish: SlotWish, jo: Counselor
) -> None:
    made(cast, wish)
    own, others = cast.patient("Wen", account=True), in_care_of(jo, cast.patient("Una", account=True))
    nobodys = in_care_of(None, cast.patient())
    first, second, third, *_rest = Session.objects.order_by("-starts_at")
    assert (why_not(nobodys), why_not(others)) == ({()}, {("other_caseload",)})
    assert why_not(others, by_staff=True) == {()}
    with pytest.raises(Refusal) as refused:
        book(others, first, actor=others.user, now=NOW)
    assert refused.value.code == "other_caseload"
    with pytest.raises(Refusal):
        move(cast.booked(others, cast.session("2026-11-20 09:00", counselor=False)), first, actor=others.user, now=NOW)
    assert book(own, first, actor=own.user, now=NOW).live
    by_staff = book(others, second, actor=cast.cory, now=NOW)
    assert (by_staff.live, by_staff.override_reason) == (True, "")
    cancel(by_staff, actor=others.user, now=NOW)
    assert book(others, second, actor=others.user, now=NOW).live, "it was theirs"
    assert book(nobodys, third, actor=None, now=NOW).live


def test_they_may_be_made_for_everybody_or_opened_later(cast: Cast, wish: SlotWish, jo: Counselor) -> None:
    others = in_care_of(jo, cast.patient())
    made(cast, replace(wish, first=FRIDAY, open_to_all=True))
    assert why_not(others) == {()}
    made(cast, replace(wish, last=THURSDAY))
    assert why_not(others) == {(), ("other_caseload",)}
    for session in Session.objects.exclude(caseload_of=None):
        assert open_to_all(session, actor=cast.cory, now=NOW).caseload_of is None
        open_to_all(session, actor=cast.cory, now=NOW)
    assert why_not(others) == {()}
    assert TrailEntry.objects.filter(action="session_opened").count() == 4


def test_what_others_are_kept_from_counts_for_none_of_their_figures(cast: Cast, wish: SlotWish, jo: Counselor) -> None:
    others, own = in_care_of(jo, cast.patient()), cast.patient()
    made(cast, wish)

    def figures() -> list[tuple[int, int, int, int]]:
        found = []
        for patient in (own, others):
            recount_patient(patient.pk, now=NOW, first=WEEK, last=WEEK)
            admission = cast.admission_of(patient)
            outlook = week_outlook(admission, admission.week_containing(WEEK), now=NOW)
            best = repairs_for([admission], WEEK, now=NOW)[admission.pk].repair
            week = TreatmentWeek.objects.get(patient=patient, week=WEEK)
            found.append(
                (week.offered_minutes, week.bookable_minutes, outlook.bookable_minutes, best.minutes if best else 0)
            )
        return found

    assert figures() == [(480, 240, 240, 240), (0, 0, 0, 0)]
    open_to_all(Session.objects.earliest("starts_at"), actor=None, now=NOW)
    assert figures() == [(480, 240, 240, 240), (60, 60, 60, 60)]


def test_whoever_staff_put_in_line_for_one_is_given_it(cast: Cast, wish: SlotWish, jo: Counselor) -> None:
    made(cast, wish)
    slot = Session.objects.latest("starts_at")
    taken = cast.booked(cast.patient(), slot)
    others = in_care_of(jo, cast.patient())
    waits = book(others, slot, actor=cast.cory, now=NOW, waitlist=True)
    cancel(taken, actor=None, now=NOW)
    promote_all(now=NOW)
    waits.refresh_from_db()
    assert waits.status == "booked"


def test_what_is_over_is_left_out(cast: Cast, wish: SlotWish) -> None:
    slots = make_slots(cast.dana_counselor, wish, actor=None, now=at("2026-11-19 14:15"))
    assert [one.why_not for one in slots][:3] == ["session_started", "session_started", ""]


def test_without_hours_nothing_can_be_cut(cast: Cast) -> None:
    wish = SlotWish(cast.program, cast.site, THURSDAY, FRIDAY, minutes=60)
    with pytest.raises(InvalidInput) as refused:
        made(cast, wish)
    assert list(refused.value.errors) == ["counselor"]


def test_what_cannot_be_meant_is_named(cast: Cast, wish: SlotWish) -> None:
    for changes, field in (
        ({"minutes": 0}, "minutes"),
        ({"pause_minutes": -1}, "pause_minutes"),
        ({"last": date(2026, 11, 18)}, "ends_on"),
        ({"last": date(2027, 3, 1)}, "ends_on"),
        ({"first": date(2026, 11, 1), "last": date(2026, 11, 2)}, "ends_on"),
        ({"site": cast.other_site}, "site"),
        ({"title": " "}, "title"),
    ):
        with pytest.raises(InvalidInput) as refused:
            made(cast, SlotWish(**{**wish.__dict__, **changes}))
        assert list(refused.value.errors) == [field]
    assert Session.objects.count() == 0


@pytest.mark.parametrize(("hours", "opened"), [(None, 0), (1, 0), (28, 0), (29, 1), (48, 4), (336, 8)])
def test_they_open_by_themselves_as_long_before_as_the_program_says(
    cast: Cast, wish: SlotWish, hours: int | None, opened: int
) -> None:
    made(cast, wish)  # from Thursday at one in the afternoon: 29 hours from now
    cast.program.slots_open_before_hours = hours
    cast.program.save()
    assert [open_due(now=NOW), open_due(now=NOW)] == [opened, 0]
    open_ones = Session.objects.filter(caseload_of=None).order_by("starts_at")
    assert list(open_ones) == list(Session.objects.order_by("starts_at")[:opened])
    assert TrailEntry.objects.filter(action="session_opened", actor_id=None).count() == opened


def test_what_opens_by_itself_is_on_offer_to_everybody_and_counted_anew(
    cast: Cast, wish: SlotWish, jo: Counselor
) -> None:
    others = in_care_of(jo, cast.patient())
    made(cast, wish)
    recount_patient(others.pk, now=NOW, first=WEEK, last=WEEK)
    cast.program.slots_open_before_hours = 48
    cast.program.save()
    open_due(now=NOW)
    assert why_not(others) == {(), ("other_caseload",)}
    take_up_marks(now=NOW)
    recount_stale(now=NOW)
    assert TreatmentWeek.objects.get(patient=others, week=WEEK).bookable_minutes == 120  # two a day at most
