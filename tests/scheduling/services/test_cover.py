"""Falling ill before group: who is free and qualified, handing over, or calling off with what makes good the hours."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from people.domain.time import Interval
from people.enums import Role
from people.errors import InvalidInput
from people.models import Counselor, Membership, Patient, TrailEntry, User
from people.services.counselors import Credential, ProfileFields, change_profile, require_credentials
from people.services.travel import set_travel
from scheduling.enums import BookingStatus, SessionState
from scheduling.errors import (
    CounselorBusy,
    CounselorTimeOff,
    CounselorUnavailable,
    PreviewOutdated,
    SessionCancelled,
    TravelTooShort,
)
from scheduling.models import Booking, Session, TimeOff
from scheduling.queries import for_display
from scheduling.services.counselor_times import AvailabilityFields, add_availability, add_time_off
from scheduling.services.cover import cover_of, covers_of
from scheduling.services.handover import Away, Handover, hand_over, settle
from scheduling.services.losses import losses_of
from scheduling.services.series_changes import Scope, SeriesEdit
from scheduling.services.series_edit import edit_session
from scheduling.services.sessions import cancel_session
from scheduling.signals import session_changed
from tests.cast import NOW, Cast, at

pytestmark = pytest.mark.django_db


def counselor(cast: Cast, name: str, *, account: bool = False) -> Counselor:
    """A colleague of Dana's."""
    user = cast.user(name.split()[0].lower()) if account else None
    if user is not None:
        Membership.objects.create(user=user, role=Role.COUNSELOR, site=cast.site)
    row = Counselor.objects.create(name=name, user=user)
    row.sites.add(cast.site)
    return row


def hours(cast: Cast, who: Counselor, rrule: str = "FREQ=DAILY", start: str = "08:00", end: str = "22:00") -> None:
    fields = AvailabilityFields(cast.site, f"2026-11-16T{start}", f"2026-11-16T{end}", rrule)
    add_availability(who, fields, actor=None, now=NOW)


def shown(session: Session) -> Session:
    """The session as lists read it."""
    return for_display(Session.objects.all()).get(pk=session.pk)


def give(session: Session, who: Counselor, of: Counselor | None = None) -> Handover:
    return Handover(session.pk, who.pk, of.pk if of else None)


def leads(session: Session) -> list[Counselor]:
    return list(Session.objects.get(pk=session.pk).counselors.order_by("pk"))


# --- who can ---


def test_the_best_comes_first_and_the_rest_says_what_is_in_the_way(cast: Cast) -> None:
    require_credentials(cast.program, ["LAC"], actor=None, now=NOW)
    licensed = (Credential("LAC"),)
    change_profile(cast.dana_counselor, ProfileFields(credentials=licensed), actor=None, now=NOW)
    session = cast.session("2026-11-19 18:00")
    spanish = cast.patient("Luz Vega")
    Patient.objects.filter(pk=spanish.pk).update(language="es")
    cast.booked(spanish, session)
    cast.booked(cast.ana, session)
    names = ("Abe Free", "Bea Bilingual", "Cal Busy", "Eve Off", "Fay Unlicensed", "Gil Elsewhen", "Hal Full")
    people = {name.split()[1]: counselor(cast, name) for name in names}
    for name, who in people.items():
        profile = ProfileFields(
            ("en", "es") if name == "Bilingual" else ("en",),
            60 if name == "Full" else None,
            () if name == "Unlicensed" else licensed,
        )
        change_profile(who, profile, actor=None, now=NOW)
    cast.session("2026-11-19 19:00", room=False, counselors=(people["Busy"],))
    add_time_off(people["Off"], starts_at=at("2026-11-19 00:00"), ends_at=at("2026-11-20 00:00"), actor=None, now=NOW)
    hours(cast, people["Elsewhen"], end="12:00")
    hours(cast, people["Bilingual"])
    found = cover_of(shown(session))
    assert (found.booked, dict(found.languages), found.is_uncovered, found.replaced) == (
        2,
        {"en": 1, "es": 1},
        False,
        cast.dana_counselor,
    )
    told = [
        (one.counselor.name.split()[1], [str(why.code) for why in one.findings], one.lacks, one.has_hours)
        for one in found.candidates
    ]
    assert told == [
        ("Bilingual", [], (), True),
        ("Free", [], ("es",), False),
        ("Elsewhen", ["counselor_unavailable"], ("es",), True),
        ("Full", ["counselor_over_daily_maximum"], ("es",), False),
        ("Off", ["counselor_time_off"], ("es",), False),
        ("Unlicensed", ["counselor_not_qualified"], ("es",), False),
        ("Busy", ["counselor_busy"], ("es",), False),
    ]
    assert found.proposed is not None
    assert found.proposed.counselor == people["Bilingual"]


def test_whoever_knows_them_and_has_led_least_comes_first(cast: Cast) -> None:
    session = cast.session("2026-11-19 18:00", counselor=False)
    cast.booked(cast.ana, session)
    known, rested, tired = (counselor(cast, name) for name in ("Zoe Known", "Vic Rested", "Abe Tired"))
    cast.admission_of(cast.ana)
    admission = cast.admission_of(cast.ana)
    admission.primary_counselor = known
    admission.save()
    cast.session("2026-11-19 09:00", room=False, counselors=(tired,))
    found = cover_of(shown(session))
    assert [(one.counselor, one.knows, one.day_minutes) for one in found.candidates if one.counselor.user is None] == [
        (known, 1, 180),
        (rested, 0, 180),
        (tired, 0, 360),
    ]
    assert (found.is_uncovered, found.replaced) == (True, None)


def test_nobody_is_proposed_twice_at_a_time(cast: Cast) -> None:
    first = cast.session("2026-11-19 18:00")
    second = cast.session("2026-11-19 19:00", room=False, counselor=False)
    only = counselor(cast, "Marco Lenz")
    found = covers_of([shown(second), shown(first)], without={cast.dana_counselor.pk})
    assert [(one.session, one.proposed.counselor if one.proposed else None) for one in found] == [
        (first, only),
        (second, None),
    ]


@pytest.mark.parametrize("number", [1, 8])
def test_asking_for_many_costs_the_same(number: int, cast: Cast) -> None:
    for one in range(number):
        session = cast.session(f"2026-11-{19 + one} 18:00")
        cast.booked(cast.patient(), session)
        hours(cast, counselor(cast, f"Counselor {one}"))
    sessions = list(for_display(Session.objects.all()))
    with CaptureQueriesContext(connection) as queries:
        covers_of(sessions)
    assert len(queries) == 11
    for _ in range(number):
        cast.booked(cast.patient(), sessions[0])
    first = shown(sessions[0])
    with CaptureQueriesContext(connection) as queries:
        losses_of(first, now=NOW)
    assert len(queries) == 7


# --- handing over ---


def test_a_substitute_takes_the_place_of_whoever_is_away(cast: Cast) -> None:
    session = cast.session("2026-11-19 18:00")
    booking = cast.booked(cast.ana, session)
    marco = counselor(cast, "Marco Lenz", account=True)
    heard: list[dict[str, Any]] = []

    def listen(sender: object, **said: Any) -> None:
        heard.append(said)

    session_changed.connect(listen)
    try:
        hand_over([give(session, marco, cast.dana_counselor)], actor=cast.cory, now=NOW, reason="Flu")
    finally:
        session_changed.disconnect(listen)
    assert leads(session) == [marco]
    assert Booking.objects.get(pk=booking.pk).status == BookingStatus.BOOKED
    assert [(one["session_id"], one["before"]["counselors"], one["now"]) for one in heard] == [
        (session.pk, [cast.dana_counselor.pk], NOW)
    ]
    entry = TrailEntry.objects.get(action="session_covered")
    assert (entry.before, entry.after, entry.actor_id, entry.reason) == (
        {"counselors": [cast.dana_counselor.pk]},
        {"counselors": [marco.pk]},
        cast.cory.pk,
        "Flu",
    )
    assert marco.user is not None
    assert cast.ana in Patient.objects.visible_to(User.objects.get(pk=marco.user.pk))


def test_an_uncovered_session_gets_somebody_and_a_led_one_somebody_more(cast: Cast) -> None:
    session = cast.session("2026-11-19 18:00", counselor=False)
    marco, ines = counselor(cast, "Marco Lenz"), counselor(cast, "Ines Prado")
    hand_over([give(session, marco)], actor=None, now=NOW)
    hand_over([give(session, ines)], actor=None, now=NOW)
    assert leads(session) == [marco, ines]


def test_two_may_change_places(cast: Cast) -> None:
    marco = counselor(cast, "Marco Lenz")
    one = cast.session("2026-11-19 18:00")
    other = cast.session("2026-11-20 18:00", counselors=(marco,))
    dana = cast.dana_counselor
    hand_over([give(one, marco, dana), give(other, dana, marco)], actor=None, now=NOW)
    assert (leads(one), leads(other)) == ([marco], [dana])


def test_what_was_seen_to_meanwhile_is_said_and_nothing_is_written(cast: Cast) -> None:
    session = cast.session("2026-11-19 18:00")
    marco, ines = counselor(cast, "Marco Lenz"), counselor(cast, "Ines Prado")
    hand_over([give(session, marco, cast.dana_counselor)], actor=None, now=NOW)
    with pytest.raises(PreviewOutdated):
        hand_over([give(session, ines, cast.dana_counselor)], actor=None, now=NOW)
    with pytest.raises(PreviewOutdated):
        hand_over([give(session, marco)], actor=None, now=NOW)
    assert leads(session) == [marco]


def test_a_substitute_is_asked_all_that_a_counselor_is_asked(cast: Cast) -> None:
    session, dana = cast.session("2026-11-19 18:00"), cast.dana_counselor
    busy, away, elsewhen = (counselor(cast, name) for name in ("Bo Busy", "Al Away", "El Elsewhen"))
    other = cast.session("2026-11-19 20:00", room=False, counselors=(busy,))
    add_time_off(away, starts_at=at("2026-11-19 00:00"), ends_at=at("2026-11-20 00:00"), actor=None, now=NOW)
    hours(cast, elsewhen, end="12:00")
    with pytest.raises(CounselorBusy) as refused:
        hand_over([give(session, busy, dana)], actor=None, now=NOW, override_reason="Nobody else")
    assert refused.value.data["sessions"] == [str(other.pk)]
    with pytest.raises(CounselorTimeOff):
        hand_over([give(session, away, dana)], actor=None, now=NOW, override_reason="Nobody else")
    with pytest.raises(CounselorUnavailable):
        hand_over([give(session, elsewhen, dana)], actor=None, now=NOW)
    stranger = Counselor.objects.create(name="Stray")
    with pytest.raises(InvalidInput):
        hand_over([give(session, stranger, dana)], actor=None, now=NOW)
    hand_over([give(session, elsewhen, dana)], actor=None, now=NOW, override_reason="Nobody else")
    assert leads(session) == [elsewhen]


def test_a_substitute_must_get_there_from_another_site(cast: Cast) -> None:
    marco, dana = counselor(cast, "Marco Lenz"), cast.dana_counselor
    marco.sites.add(cast.other_site)
    cast.program.sites.add(cast.other_site)
    set_travel(cast.site, cast.other_site, minutes=45, actor=None, now=NOW)
    cast.session("2026-11-19 15:00", minutes=150, room=False, site=cast.other_site, counselors=(marco,))
    session = shown(cast.session("2026-11-19 18:00", site=type(cast.site).objects.get(pk=cast.site.pk)))
    (found,) = cover_of(session).candidates
    assert [str(one.code) for one in found.findings] == ["travel_too_short"]
    with pytest.raises(TravelTooShort):
        hand_over([give(session, marco, dana)], actor=None, now=NOW, override_reason="Nobody else")


def test_one_substitute_for_two_overlapping_sessions_is_refused_whole(cast: Cast) -> None:
    marco, dana = counselor(cast, "Marco Lenz"), cast.dana_counselor
    first = cast.session("2026-11-19 18:00")
    second = cast.session("2026-11-19 20:00", room=False, counselor=False)
    with pytest.raises(CounselorBusy):
        hand_over([give(first, marco, dana), give(second, marco)], actor=None, now=NOW)
    assert (leads(first), leads(second)) == ([dana], [])


# --- a day away ---


def test_a_day_away_is_settled_in_one_step_or_not_at_all(cast: Cast) -> None:
    marco, dana = counselor(cast, "Marco Lenz"), cast.dana_counselor
    morning = cast.session("2026-11-19 09:00")
    evening = cast.session("2026-11-19 18:00")
    booking = cast.booked(cast.ana, evening)
    away = Away(dana, at("2026-11-19 00:00"), at("2026-11-20 00:00"), "Flu")
    off = cast.session("2026-11-20 18:00")
    cancel_session(off, actor=None, now=NOW)
    elsewhose = cast.session("2026-11-21 18:00", counselor=False)
    for called_off, refusal in (
        (morning, InvalidInput),
        (off, SessionCancelled),
        (elsewhose, PreviewOutdated),
    ):
        with pytest.raises(refusal):
            settle([give(morning, marco, dana)], {called_off.pk}, actor=None, now=NOW, away=away)
    assert (leads(morning), TimeOff.objects.count()) == ([dana], 0)
    done = settle([give(morning, marco, dana)], {evening.pk}, actor=cast.cory, now=NOW, reason="Dana is ill", away=away)
    off_row = TimeOff.objects.get()
    assert (off_row.interval, off_row.reason) == (Interval(away.starts_at, away.ends_at), "Flu")
    assert (done.covered, done.called_off) == ([morning], [evening])
    assert leads(morning) == [marco]
    assert Session.objects.get(pk=evening.pk).state == SessionState.CANCELLED
    assert Booking.objects.get(pk=booking.pk).status == BookingStatus.CANCELLED


# --- what makes it good ---


def _week(cast: Cast) -> tuple[Session, Session, Session, Session]:
    """Ana is booked on three evenings, nine hours; a fourth one has seats."""
    first, second, third = (cast.session(f"2026-11-{day} 18:00") for day in (18, 19, 20))
    for session in (first, second, third):
        cast.booked(cast.ana, session)
    return first, second, third, cast.session("2026-11-21 18:00")


def test_calling_off_names_what_makes_it_good_before_and_after(cast: Cast) -> None:
    first, session, third, spare = _week(cast)
    slack = cast.patient("Ben Slack")
    cast.booked(slack, session)
    before = losses_of(shown(session), now=NOW)
    assert [(one.patient, one.repair_ids, one.week.counted_minutes) for one in before] == [
        (cast.ana, [spare.pk], 360),
        (slack, [first.pk, third.pk, spare.pk], 0),
    ]
    cancel_session(session, actor=cast.cory, now=NOW)
    after = losses_of(shown(session), now=NOW)
    assert [(one.patient, one.repair_ids) for one in after] == [(one.patient, one.repair_ids) for one in before]


def test_who_had_cancelled_before_has_lost_nothing(cast: Cast) -> None:
    from scheduling.services.booking import cancel

    session = _week(cast)[1]
    gone = cast.booked(cast.patient("Ben Gone"), session)
    cancel(gone, actor=None, now=at("2026-11-17 12:00"))
    waits = cast.patient("Wanda Waits")
    Session.objects.filter(pk=session.pk).update(capacity=1)
    cast.booked(waits, session, waitlist=True)
    cancel_session(session, actor=None, now=NOW)
    assert [one.patient for one in losses_of(shown(session), now=NOW)] == [cast.ana]


def test_a_session_called_off_on_the_schedule_names_the_same(cast: Cast) -> None:
    session = cast.session("2026-11-19 18:00", capacity=1)
    cast.booked(cast.ana, session)
    cast.booked(cast.patient("Wanda Waits"), session, waitlist=True)
    edit_session(session, SeriesEdit(Scope.THIS, cancel=True), actor=None, now=NOW, confirmed_lost=None)
    assert [one.patient for one in losses_of(shown(session), now=NOW)] == [cast.ana]


def test_a_week_that_is_over_has_nothing_to_offer(cast: Cast) -> None:
    session = cast.session("2026-11-10 18:00", now=at("2026-11-09 12:00"))
    cast.booked(cast.ana, session, now=at("2026-11-09 12:00"))
    (only,) = losses_of(shown(session), now=NOW)
    assert only.repair_ids == []
