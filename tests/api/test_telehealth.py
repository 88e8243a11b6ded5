"""The link of a session by video: for those who belong there, near the time, and for nobody else."""

from datetime import timedelta

import pytest
import time_machine
from rest_framework.test import APIClient

from people.models import User
from scheduling.models import Session
from tests.api.conftest import Clients
from tests.cast import NOW, Cast, at
from tests.scheduling.services.series_builders import series_of

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


def test_a_series_takes_the_link_of_its_sessions_and_shows_it_to_nobody(cast: Cast, client_of: Clients) -> None:
    series = series_of(cast, weeks=1, mode="telehealth", room=None)
    client = client_of(cast.cory)
    answer = client.patch(f"/api/v1/series/{series.pk}/", {"telehealth_url": "https://video.example/one"})
    assert answer.status_code == 200
    assert "video.example" not in answer.content.decode()
    assert "video.example" not in client.get(f"/api/v1/series/{series.pk}/").content.decode()
    ahead = series.sessions.filter(starts_at__gt=NOW).values_list("telehealth_url", flat=True)
    assert set(ahead) == {"https://video.example/one"}
    for wrong in ("javascript:alert(1)", "ftp://video.example/one"):
        refused = client.patch(f"/api/v1/series/{series.pk}/", {"telehealth_url": wrong})
        assert (refused.status_code, list(refused.json()["errors"])) == (400, ["telehealth_url"])
