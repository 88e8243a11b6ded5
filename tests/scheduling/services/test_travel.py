"""The way between two sites: for those who lead, those who are booked, and what can still be booked."""

from datetime import date
from typing import Any

import pytest

from attendance.models import TreatmentWeek
from attendance.services.weeks import recount_patient
from people.errors import InvalidInput, Refusal
from people.models import Site, SiteTravel
from people.services.travel import set_travel
from scheduling.errors import BY_CODE
from scheduling.models import Session
from scheduling.queries import sessions_with_fit
from scheduling.services.repairs import repairs_for
from scheduling.services.sessions import change_session
from tests.cast import DENVER, NOW, Cast, at
from tests.notifications.builders import fields_of
from tests.scheduling.services.series_builders import change, series_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def uptown(cast: Cast) -> Site:
    """Another site of the same program, half an hour away."""
    site = Site.objects.create(name="Uptown", time_zone=DENVER.key)
    cast.program.sites.add(site)
    cast.dana_counselor.sites.add(site)
    set_travel(cast.site, site, minutes=30, actor=cast.cory, now=NOW)
    return site


def there(cast: Cast, site: Site, starts: str, **fields: Any) -> Session:
    return cast.session(starts, **{"site": site, "room": False, "counselor": False, **fields})


def refused(act: Any) -> Refusal:
    with pytest.raises(Refusal) as found:
        act()
    return found.value


def test_it_is_the_same_both_ways_and_may_be_forgotten(cast: Cast, uptown: Site) -> None:
    for site in (cast.site, uptown):
        site.refresh_from_db()
    assert (cast.site.ways, uptown.ways) == (((uptown.pk, 30),), ((cast.site.pk, 30),))
    set_travel(uptown, cast.site, minutes=45, actor=None, now=NOW)
    pair = sorted((cast.site.pk, uptown.pk))
    assert list(SiteTravel.objects.values_list("first_id", "second_id", "minutes")) == [(*pair, 45)]
    set_travel(cast.site, uptown, minutes=None, actor=None, now=NOW)
    assert (cast.site.travel, uptown.travel, SiteTravel.objects.count()) == ({}, {}, 0)
    for other, minutes in ((cast.site, 5), (uptown, 0), (uptown, 601)):
        with pytest.raises(InvalidInput):
            set_travel(cast.site, other, minutes=minutes, actor=None, now=NOW)


def test_a_patient_needs_the_time_of_the_way(cast: Cast, uptown: Site) -> None:
    booked = cast.session("2026-11-24 17:00", minutes=60, counselor=False)
    cast.booked(cast.patient("Wen Zhao"), booked)
    wen = booked.bookings.get().patient
    near, late = there(cast, uptown, "2026-11-24 18:29"), there(cast, uptown, "2026-11-24 18:30")
    by_video = there(cast, uptown, "2026-11-24 18:05", mode="telehealth")
    refusal = refused(lambda: cast.booked(wen, near))
    assert (refusal.code, refusal.data["conflicts"]) == (
        "travel_too_short",
        [
            {
                "what": "travel",
                "id": str(booked.pk),
                "starts_at": "2026-11-24T17:00:00-07:00",
                "ends_at": "2026-11-24T18:00:00-07:00",
            }
        ],
    )
    fits = {fit.session.pk: fit.why_not for fit in sessions_with_fit(_all(), wen.pk, now=NOW)}
    assert fits[near.pk] == ("travel_too_short",)
    assert (fits[late.pk], fits[by_video.pk]) == ((), ())
    assert cast.booked(wen, near, override_reason="Somebody drives them").live
    assert "travel_too_short" in BY_CODE


NIGHTS = {
    "past midnight": ("2026-11-24 22:50", "2026-11-25 00:10", "2026-11-25 00:20"),
    "into another week": ("2026-11-29 22:50", "2026-11-30 00:10", "2026-11-30 00:20"),
    "over the hour that is missing": ("2027-03-14 00:50", "2027-03-14 03:10", "2027-03-14 03:20"),
    "before the hour that comes twice": ("2027-11-07 00:00", "2027-11-07 01:20", "2027-11-07 01:30"),
    "over the hour that comes twice": ("2027-11-07 00:50", None, "2027-11-07 02:00"),
}


@pytest.mark.parametrize(("first", "near", "late"), NIGHTS.values(), ids=NIGHTS)
def test_the_night_makes_no_way_shorter(cast: Cast, uptown: Site, first: str, near: str | None, late: str) -> None:
    """Half an hour, in real minutes: for those who are booked, for who leads, and in what is said to fit."""
    wen, dana = cast.patient("Wen Zhao"), (cast.dana_counselor,)
    cast.booked(wen, cast.session(first, minutes=60))
    for starts, codes in ((near, ("travel_too_short",)), (late, ())):
        if starts is None:
            continue
        session = there(cast, uptown, starts, minutes=30)
        fits = sessions_with_fit(
            Session.objects.filter(pk=session.pk).select_related("program", "site"), wen.pk, now=NOW
        )
        assert [fit.why_not for fit in fits] == [codes]
        if codes:
            assert refused(lambda one=session: cast.booked(wen, one)).code == codes[0]
            assert refused(lambda at=starts: there(cast, uptown, at, minutes=30, counselors=dana)).code == codes[0]
        else:
            assert cast.booked(wen, session).live
            assert there(cast, uptown, starts, minutes=30, counselors=dana).pk


def test_so_does_a_counselor(cast: Cast, uptown: Site) -> None:
    first = cast.session("2026-11-24 17:00", minutes=60)
    taken = cast.session("2026-11-24 19:00", minutes=60)
    dana = (cast.dana_counselor,)
    refusal = refused(lambda: there(cast, uptown, "2026-11-24 18:10", minutes=30, counselors=dana))
    assert (refusal.code, refusal.data["sessions"]) == ("travel_too_short", [str(first.pk), str(taken.pk)])
    assert [one["what"] for one in refusal.data["conflicts"]] == ["travel", "travel"]
    overlap = refused(lambda: there(cast, uptown, "2026-11-24 17:30", minutes=60, counselors=dana))
    assert overlap.code == "counselor_busy"
    assert [(one["what"], one["id"]) for one in overlap.data["conflicts"]] == [("counselor", str(first.pk))]
    assert there(cast, uptown, "2026-11-24 18:10", minutes=30, counselors=dana, mode="telehealth").pk


def test_a_session_is_not_moved_to_where_its_people_cannot_be_in_time(cast: Cast, uptown: Site) -> None:
    wen = cast.patient("Wen Zhao")
    other = there(cast, uptown, "2026-11-24 18:30")
    cast.booked(wen, other)
    session = cast.session("2026-11-24 09:00", minutes=60)
    booking = cast.booked(wen, session)
    later = fields_of(session, starts_at=at("2026-11-24 17:15"), ends_at=at("2026-11-24 18:15"))
    refusal = refused(lambda: change_session(session, later, actor=cast.cory, now=NOW))
    assert (refusal.code, refusal.data["bookings"]) == ("travel_too_short", [str(booking.pk)])
    assert [one["id"] for one in refusal.data["conflicts"]] == [str(other.pk)]


def test_an_edit_of_a_series_names_whom_and_what_the_way_stops(cast: Cast, uptown: Site) -> None:
    wen = cast.patient("Wen Zhao")
    series = series_of(cast, rrule="FREQ=WEEKLY;BYDAY=TU", counselors=(), starts_at_local="2026-11-24T09:00")
    booking = cast.booked(wen, series.sessions.get(occurrence_local="2026-11-24T09:00"))
    cast.booked(wen, there(cast, uptown, "2026-11-24 15:00", minutes=60))
    moved = change(series, starts_at_local="2026-11-24T16:15", confirmed=None)
    assert [(one.booking.pk, one.codes) for one in moved.lost] == [(booking.pk, ("travel_too_short",))]
    elsewhere = there(cast, uptown, "2026-12-01 19:20", minutes=60, counselors=(cast.dana_counselor,))
    refusal = refused(lambda: change(series, counselors=(cast.dana_counselor,)))
    assert (refusal.code, refusal.data["sessions"]) == ("travel_too_short", [str(elsewhere.pk)])


def test_neither_board_nor_figure_counts_on_what_the_way_forbids(cast: Cast, uptown: Site) -> None:
    wen = cast.patient("Wen Zhao")
    cast.booked(wen, cast.session("2026-11-24 17:00", minutes=60, counselor=False))
    near = there(cast, uptown, "2026-11-24 18:10", minutes=60)
    admission = cast.admission_of(wen)

    def bookable() -> int:
        recount_patient(wen.pk, now=NOW, first=date(2026, 11, 23), last=date(2026, 11, 23))
        return TreatmentWeek.objects.get(patient=wen, week=date(2026, 11, 23)).bookable_minutes

    assert bookable() == 0
    assert repairs_for([admission], date(2026, 11, 23), now=NOW)[admission.pk].repair is None
    later = there(cast, uptown, "2026-11-24 18:30", minutes=60)
    found = repairs_for([admission], date(2026, 11, 23), now=NOW)[admission.pk].repair
    assert found is not None
    assert ([one.id for one in found.added], near.pk != later.pk, bookable()) == ([later.pk], True, 60)
    cast.session("2026-11-24 20:00", minutes=60, counselor=False)
    assert bookable() == 60, "one of two that are too near each other"


def test_without_a_way_nothing_is_asked(cast: Cast, uptown: Site) -> None:
    set_travel(cast.site, uptown, minutes=None, actor=None, now=NOW)
    wen = cast.patient("Wen Zhao")
    cast.booked(wen, cast.session("2026-11-24 17:00", minutes=60))
    assert cast.booked(wen, there(cast, uptown, "2026-11-24 18:00", counselors=(cast.dana_counselor,))).live


def _all() -> Any:
    return Session.objects.select_related("program", "site").order_by("pk")
