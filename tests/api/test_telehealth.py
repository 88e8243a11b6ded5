"""The link of a session by video: for those who belong there, near the time, and for nobody else."""

from datetime import timedelta

import pytest
import time_machine
from rest_framework.test import APIClient

from people.models import User
from scheduling.models import Session
from tests.cast import Cast, at

pytestmark = pytest.mark.django_db

LINK = "https://video.example.org/abc"
STARTS = at("2026-11-18 18:00")
MINUTE = timedelta(minutes=1)


@pytest.fixture
def by_video(cast: Cast) -> Session:
    session = cast.session("2026-11-18 18:00", mode="telehealth", telehealth_url=LINK, room=False)
    cast.booked(cast.ana, session)
    return session


def link_seen(user: User | None, session: Session, *, at_minute: int) -> list[str | None]:
    """By its own address, and in the list."""
    client = APIClient()
    client.force_authenticate(user)
    with time_machine.travel(STARTS + at_minute * MINUTE, tick=False):
        one = client.get(f"/api/v1/sessions/{session.pk}/").json()
        listed = client.get("/api/v1/sessions/").json()["results"]
    return [one["telehealth_url"], *(row["telehealth_url"] for row in listed if row["id"] == str(session.pk))]


@pytest.mark.parametrize(("minute", "is_open"), [(-16, False), (-15, True), (179, True), (180, False)])
def test_it_opens_a_quarter_of_an_hour_before_and_closes_at_the_end(
    cast: Cast, by_video: Session, minute: int, is_open: bool
) -> None:
    assert link_seen(cast.ana.user, by_video, at_minute=minute) == [LINK if is_open else None] * 2


def test_it_is_for_those_booked_and_the_sessions_own_staff(cast: Cast, by_video: Session) -> None:
    elsewhere = cast.user("elsewhere")
    elsewhere.memberships.create(role="counselor", site=cast.site)
    seen = {
        name: link_seen(user, by_video, at_minute=0)[0]
        for name, user in {
            "ana": cast.ana.user,
            "ben": cast.ben.user,
            "dana": cast.dana,
            "cory": cast.cory,
            "ada": cast.ada,
            "elsewhere": elsewhere,
        }.items()
    }
    assert seen == {"ana": LINK, "ben": None, "dana": LINK, "cory": LINK, "ada": None, "elsewhere": None}
