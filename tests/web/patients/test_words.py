"""How a patient's page names things."""

import pytest
from django.utils import translation

from people.models import Room
from scheduling.models import Session
from scheduling.queries import for_display
from tests.cast import DENVER, NOW, WEEK, Cast
from web.patients import words
from web.patients.visit import PatientWeek


@pytest.mark.parametrize(
    ("place", "english"),
    [
        (1, "1st"),
        (2, "2nd"),
        (3, "3rd"),
        (4, "4th"),
        (11, "11th"),
        (12, "12th"),
        (13, "13th"),
        (21, "21st"),
        (112, "112th"),
    ],
)
def test_a_place_in_line(place: int, english: str) -> None:
    assert words.place_in_line(place) == english
    with translation.override("es"):
        assert words.place_in_line(place) == f"{place}.º"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"kind": "group"}, "Group, Room 4"),
        ({"kind": "family"}, "Family, Room 4"),
        ({"kind": "individual"}, "One-to-one, Dana K."),
        ({"kind": "group", "mode": "telehealth"}, "Group, by video"),
        ({"kind": "group", "mode": "either"}, "Group, Room 4, here or by video"),
    ],
)
def test_kind_and_place(cast: Cast, fields: dict[str, str], named: str) -> None:
    session = cast.session("2026-11-20 18:00", **fields)  # type: ignore[arg-type]
    shown = for_display(Session.objects.filter(pk=session.pk)).get()
    assert words.kind_and_place(shown, home_site_id=cast.site.pk) == named


@pytest.mark.django_db
def test_another_site_is_named_by_its_address(cast: Cast) -> None:
    cast.program.sites.add(cast.other_site)
    cast.other_site.address = "9 Elm Street"
    cast.other_site.save()
    room = Room.objects.create(site=cast.other_site, name="Room 1", seats=20)
    session = cast.session("2026-11-20 18:00", site=cast.other_site, room=False, counselor=False)
    Session.objects.filter(pk=session.pk).update(room=room)
    shown = for_display(Session.objects.filter(pk=session.pk)).get()
    assert words.kind_and_place(shown, home_site_id=cast.site.pk) == "Group, Room 1, 9 Elm Street"


@pytest.mark.django_db
def test_days_are_those_of_the_home_site(cast: Cast) -> None:
    one = PatientWeek(cast.admission_of(cast.ana), cast.admission_of(cast.ana).week_containing(WEEK), NOW)
    late = cast.session("2026-11-18 23:30", room=False, minutes=60)
    assert words.day_and_times(late, DENVER, today=one.today).replace("\u00a0", " ") == "Today 11:30 pm – 12:30 am"
    assert words.day_inside(late.starts_at, DENVER, today=one.today) == "today"
    assert words.day_inside(late.starts_at, DENVER, today=WEEK) == "Wednesday"
    with translation.override("es"):
        assert words.day_inside(late.starts_at, DENVER, today=WEEK) == "miércoles"
