"""The link of a session by video: entered on the schedule's pages, once for a whole series, and never shown there."""

from collections.abc import Iterator

import pytest
import time_machine
from django.test import Client

from people.errors import InvalidInput
from scheduling.models import Session, SessionSeries
from scheduling.services.series import extend_horizon
from scheduling.services.series_pauses import pause_edit
from scheduling.services.series_preview import preview_edit
from tests.cast import NOW, Cast, at
from tests.scheduling.services.series_builders import change, series_of
from tests.web.reading import open_page
from tests.web.test_schedule_edits import form_of

pytestmark = pytest.mark.django_db

LINK, OTHER = "https://video.example/one", "https://video.example/two"


@pytest.fixture(autouse=True)
def _wednesday_morning() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def client(cast: Cast, client: Client) -> Client:
    client.force_login(cast.cory)
    return client


def links(series: SessionSeries) -> set[str]:
    return set(Session.objects.filter(series=series).values_list("telehealth_url", flat=True))


def test_a_series_gives_its_link_to_every_session_the_later_ones_too(cast: Cast) -> None:
    series = series_of(cast, weeks=1, mode="telehealth", room=None, telehealth_url=LINK)
    extend_horizon(now=NOW, weeks=3)
    assert links(series) == {LINK}
    change(series, "this", "2026-11-23T18:00", telehealth_url=OTHER)
    change(series, capacity=9)
    assert series.sessions.get(occurrence_local="2026-11-23T18:00").telehealth_url == OTHER
    change(series, "following", "2026-11-25T18:00", telehealth_url=OTHER)
    extend_horizon(now=NOW, weeks=4)
    ahead = series.sessions.filter(starts_at__gt=at("2026-11-25 12:00")).values_list("telehealth_url", flat=True)
    assert set(ahead) == {OTHER}
    assert len(ahead) == 7
    assert preview_edit(series, pause_edit(series, starts_on=NOW.date(), ends_on=NOW.date()), now=NOW).refusal is None


@pytest.mark.parametrize(
    "link", ["javascript:alert(1)", "ftp://video.example/one", "video", f"https://v.example/{'x' * 200}"]
)
def test_what_is_no_address_of_the_web_is_no_link(link: str, cast: Cast) -> None:
    with pytest.raises(InvalidInput) as refused:
        series_of(cast, telehealth_url=link)
    assert list(refused.value.errors) == ["telehealth_url"]


def test_the_page_takes_a_link_keeps_it_where_the_field_is_empty_and_never_shows_it(cast: Cast, client: Client) -> None:
    series = series_of(cast, weeks=2)
    session = series.sessions.get(occurrence_local="2026-11-23T18:00")
    address = f"/schedule/sessions/{session.pk}/"
    asked = form_of(session, cast, step="apply", mode="either")
    assert client.post(address, {**asked, "telehealth_url": LINK}).status_code == 302
    assert client.post(address, {**asked, "capacity": "9"}).status_code == 302
    session.refresh_from_db()
    assert (session.telehealth_url, session.capacity) == (LINK, 9)
    for page in (address, f"/schedule/series/{series.pk}/", f"{address}history/", "/schedule/?week=2026-11-23"):
        assert (page, LINK in open_page(client, page).source) == (page, False)
    assert "Another link for video" in open_page(client, f"{address}history/").words
    refused = client.post(address, {**asked, "telehealth_url": "video"})
    assert (refused.status_code, "Write the whole address" in refused.content.decode()) == (400, True)


def test_a_new_series_takes_it_on_its_page(cast: Cast, client: Client) -> None:
    asked = {
        "title": "Evening",
        "kind": "group",
        "focus": "",
        "starts_on": "2026-11-24",
        "at": "18:00",
        "duration_minutes": "60",
        "breaks": "",
        "days": ["TU"],
        "every": "1",
        "rrule": "",
        "capacity": "5",
        "room": "",
        "mode": "telehealth",
        "ends_on": "",
        "telehealth_url": LINK,
    }
    answer = client.post(f"/schedule/series/new/?program={cast.program.pk}&site={cast.site.pk}", asked)
    assert answer.status_code == 302
    assert set(Session.objects.values_list("telehealth_url", flat=True)) == {LINK}
