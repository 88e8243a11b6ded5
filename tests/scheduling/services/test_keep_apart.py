"""Two who must never meet: the other's side does not exist, at any way into a session, booked or not."""

from datetime import date

import pytest
from django.db import transaction

from attendance.models import TreatmentWeek
from attendance.services.weeks import recount_patient
from people.errors import Refusal
from people.models import Patient, TrailEntry
from scheduling.enums import ApartReason
from scheduling.models import Booking, KeepApart, Session, StandingBooking
from scheduling.queries import sessions_with_fit
from scheduling.services.book_all import book_all
from scheduling.services.booking import book, cancel, move
from scheduling.services.keep_apart import Thing, divide, division, end_keep_apart, keep_apart, propose_division
from scheduling.services.outlook import week_outlook
from scheduling.services.series import SeriesFields, create_series
from scheduling.services.standing import fill_standing
from scheduling.services.track_preview import TrackWish
from scheduling.services.tracks import join_track
from scheduling.services.waitlist import promote_all
from tests.cast import NOW, WEEK, Cast


def group(cast: Cast, starts: str, **fields: object) -> Session:
    return cast.session(starts, **{"counselor": False, "room": False, **fields})  # type: ignore[arg-type]


def parted(cast: Cast, sides: dict[Thing, Patient]) -> KeepApart:
    pair, _ = keep_apart(
        cast.ana,
        cast.ben,
        reason=ApartReason.COURT,
        sides={thing: patient.pk for thing, patient in sides.items()},
        actor=cast.cory,
        now=NOW,
    )
    return pair


def exists_for(patient: Patient) -> set[int]:
    assert patient.user is not None
    return set(Session.objects.visible_to(patient.user).values_list("pk", flat=True))


def not_there(work: object, *args: object, **options: object) -> None:
    with pytest.raises(Refusal) as caught, transaction.atomic():
        work(*args, **options)  # type: ignore[operator]
    assert (caught.value.code, caught.value.status) == ("not_found", 404)


def test_the_others_side_is_absent_from_everything_that_lists(cast: Cast) -> None:
    hers, his = group(cast, "2026-11-21 09:00"), group(cast, "2026-11-21 14:00")
    parted(cast, {("session", hers.pk): cast.ana, ("session", his.pk): cast.ben})
    assert (exists_for(cast.ana), exists_for(cast.ben)) == ({hers.pk}, {his.pk})
    fits = sessions_with_fit(Session.objects.select_related("site", "program"), cast.ana.pk, now=NOW)
    assert [fit.session.pk for fit in fits] == [hers.pk]
    admission = cast.admission_of(cast.ana)
    outlook = week_outlook(admission, admission.week_containing(WEEK), now=NOW)
    assert [fit.session.pk for fit in outlook.sessions] == [hers.pk]
    assert outlook.bookable_minutes == 180


def test_the_figures_of_a_week_count_ones_own_side_alone(cast: Cast) -> None:
    hers, his = group(cast, "2026-11-21 09:00"), group(cast, "2026-11-21 14:00")
    group(cast, "2026-11-22 14:00", minutes=60)
    parted(cast, {("session", hers.pk): cast.ana, ("session", his.pk): cast.ben})
    recount_patient(cast.ana.pk, now=NOW, first=WEEK, last=WEEK)
    week = TreatmentWeek.objects.get(patient=cast.ana, week=WEEK)
    assert (week.bookable_minutes, week.offered_minutes) == (180, 180)


def test_every_way_in_says_that_there_is_nothing(cast: Cast) -> None:
    hers, his = group(cast, "2026-11-21 09:00"), group(cast, "2026-11-21 14:00", capacity=2)
    booking = cast.booked(cast.ana, hers)
    parted(cast, {("session", hers.pk): cast.ana, ("session", his.pk): cast.ben})
    not_there(book, cast.ana, his, actor=None, now=NOW)
    not_there(book, cast.ana, his, actor=cast.cory, now=NOW, override_reason="she asked for it")
    not_there(book, cast.ana, his, actor=None, now=NOW, waitlist=True)
    not_there(book_all, cast.ana, [his.pk], actor=None, now=NOW)
    not_there(move, booking, his, actor=None, now=NOW)
    booking.refresh_from_db()
    assert (booking.status, Booking.objects.count()) == ("booked", 1)


def test_what_nobody_divided_exists_for_neither_and_one_seat_needs_no_division(cast: Cast) -> None:
    shared = group(cast, "2026-11-21 09:00")
    alone = group(cast, "2026-11-21 14:00", capacity=1, kind="individual")
    pair = parted(cast, {})
    assert exists_for(cast.ana) == exists_for(cast.ben) == {alone.pk}
    assert shared.pk in exists_for(cast.patient("Cara Lind", account=True))
    assert [(share.thing, share.patient_id) for share in division(pair, now=NOW)] == [(("session", shared.pk), None)]
    divide(pair, {("session", shared.pk): cast.ben.pk}, actor=cast.cory, now=NOW)
    assert (exists_for(cast.ana), exists_for(cast.ben)) == ({alone.pk}, {alone.pk, shared.pk})


def test_what_was_booked_on_the_wrong_side_ends_with_the_division(cast: Cast) -> None:
    both = group(cast, "2026-11-21 09:00", capacity=2)
    kept, lost = cast.booked(cast.ana, both), cast.booked(cast.ben, both)
    waiting = cast.booked(cast.patient(), both, waitlist=True)
    parted(cast, {("session", both.pk): cast.ana})
    promote_all(now=NOW)
    for row in (kept, lost, waiting):
        row.refresh_from_db()
    assert (kept.status, lost.status, waiting.status) == ("booked", "cancelled", "booked")
    assert (lost.late, lost.cancel_reason) == (False, "plan changed")


def test_somebody_in_line_on_the_wrong_side_is_never_promoted(cast: Cast) -> None:
    session = group(cast, "2026-11-21 09:00", capacity=2)
    mates = [cast.booked(cast.patient(), session) for _ in range(2)]
    waiting = cast.booked(cast.ana, session, waitlist=True)
    parted(cast, {("session", session.pk): cast.ben})
    cancel(mates[0], actor=None, now=NOW)
    promote_all(now=NOW)
    waiting.refresh_from_db()
    assert waiting.status == "cancelled"
    assert Session.objects.get(pk=session.pk).seats_left == 1


def test_a_series_is_divided_with_all_that_it_will_become(cast: Cast) -> None:
    fields = SeriesFields(
        cast.program, cast.site, "group", "Skills", "FREQ=WEEKLY;BYDAY=FR", "2026-11-20T18:00", 180, 12
    )
    series = create_series(fields, actor=None, now=NOW, weeks=2)
    wish = TrackWish((series,), date(2026, 11, 20), None)
    join_track(cast.ana, wish, actor=None, now=NOW)
    parted(cast, {("series", series.pk): cast.ben})
    assert exists_for(cast.ana) == set()
    assert len(exists_for(cast.ben)) == Session.objects.filter(series=series).count() > 1
    assert StandingBooking.objects.get().left_at == NOW
    assert fill_standing(now=NOW) == 0
    assert not Booking.objects.filter(patient=cast.ana, live=True).exists()
    not_there(join_track, cast.ana, wish, actor=None, now=NOW)
    one = Session.objects.filter(series=series).earliest("starts_at")
    divide(KeepApart.objects.get(), {("session", one.pk): cast.ana.pk}, actor=None, now=NOW)
    assert exists_for(cast.ana) == {one.pk}
    assert one.pk not in exists_for(cast.ben)


def test_the_proposal_leaves_each_where_they_are_booked(cast: Cast) -> None:
    hers, his, free = (group(cast, f"2026-11-{day} 09:00") for day in (21, 22, 23))
    cast.booked(cast.ana, hers)
    cast.booked(cast.ben, his)
    shares = {share.thing[1]: share.patient_id for share in propose_division(cast.ana, cast.ben, now=NOW)}
    assert shares == {hers.pk: cast.ana.pk, his.pk: cast.ben.pk, free.pk: min(cast.ana.pk, cast.ben.pk)}


def test_once_it_is_ended_both_see_everything_again(cast: Cast) -> None:
    session = group(cast, "2026-11-21 09:00")
    pair = parted(cast, {("session", session.pk): cast.ben})
    end_keep_apart(pair, actor=None, now=NOW)
    end_keep_apart(pair, actor=None, now=NOW)
    assert exists_for(cast.ana) == {session.pk}
    assert TrailEntry.objects.filter(action="apart_ended").count() == 1


def test_the_pair_is_seen_by_those_who_plan_and_named_in_nobodys_trail(cast: Cast) -> None:
    pair = parted(cast, {})
    assert cast.ana.user is not None
    people = {"cory": cast.cory, "dirk": cast.dirk, "dana": cast.dana, "ada": cast.ada, "ana": cast.ana.user}
    people |= {"stranger": cast.stranger}
    seen = {name: KeepApart.objects.visible_to(user).exists() for name, user in people.items()}
    assert seen == {"cory": True, "dirk": True, "dana": False, "ada": False, "stranger": False, "ana": False}
    assert set(TrailEntry.objects.filter(subject_type="keepapart").values_list("patient_id", flat=True)) == {None}
    assert str(pair) == f"keep apart {pair.pk}"


@pytest.mark.parametrize("problem", ["same", "other", "twice", "nothing"])
def test_what_cannot_be_meant_is_refused_and_changes_nothing(cast: Cast, problem: str) -> None:
    session = group(cast, "2026-11-21 09:00")
    second, side = cast.ben, cast.ana
    thing: Thing = ("session", session.pk)
    if problem == "same":
        second = cast.ana
    elif problem == "other":
        side = cast.patient()
    elif problem == "twice":
        parted(cast, {})
    else:
        thing = ("session", 10**9)
    before = KeepApart.objects.count()
    with pytest.raises(Refusal) as caught, transaction.atomic():
        keep_apart(
            cast.ana,
            second,
            reason=ApartReason.COURT,
            sides={thing: side.pk},
            actor=None,
            now=NOW,
        )
    assert caught.value.code == ("already_apart" if problem == "twice" else "invalid")
    assert KeepApart.objects.count() == before
