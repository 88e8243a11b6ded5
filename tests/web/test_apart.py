"""The pages of keeping apart: proposed, chosen, divided anew, ended; unknown to whoever does not plan."""

from collections.abc import Iterator

import pytest
import time_machine
from django.test import Client

from scheduling.models import ApartSide, KeepApart
from tests.cast import NOW, Cast
from tests.scheduling.services.series_builders import series_of
from tests.web.reading import plain

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _wednesday_morning() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def test_from_a_proposal_to_its_end_by_plain_forms(cast: Cast, client: Client) -> None:
    hers, open_one = cast.session("2026-11-21 09:00"), cast.session("2026-11-22 09:00")
    cast.booked(cast.ana, hers)
    other = cast.patient("Boris Lang")
    client.force_login(cast.cory)
    page = f"/patients/{cast.ana.pk}/apart/"
    assert "Kept apart from nobody" in plain(client.get(page).content.decode())
    said = {"other": str(other.pk), "reason": "court"}
    proposed = plain(client.post(page, said).content.decode())
    assert "Whose side is what?" in proposed
    assert KeepApart.objects.count() == 0
    chosen = {f"session-{hers.pk}": str(cast.ana.pk), f"session-{open_one.pk}": ""}
    made = client.post(page, said | {"sides": "1"} | chosen, follow=True)
    assert "1 still to divide" in plain(made.content.decode())
    pair = KeepApart.objects.get()
    whole = chosen | {f"session-{open_one.pk}": str(other.pk)}
    divided = client.post(f"/apart/{pair.pk}/", whole, follow=True)
    assert "Everything is divided" in plain(divided.content.decode())
    assert set(ApartSide.objects.values_list("session_id", "patient_id")) == {
        (hers.pk, cast.ana.pk),
        (open_one.pk, other.pk),
    }
    ended = client.post(f"/apart/{pair.pk}/end/", follow=True)
    assert "Both see everything again" in plain(ended.content.decode())
    assert client.get(f"/apart/{pair.pk}/").status_code == 404


def test_a_series_says_when_it_is(cast: Cast, client: Client) -> None:
    series_of(cast, rrule="FREQ=WEEKLY;BYDAY=MO,WE", title="Skills")
    client.force_login(cast.cory)
    said = {"other": str(cast.patient("Boris Lang").pk), "reason": "court"}
    proposed = plain(client.post(f"/patients/{cast.ana.pk}/apart/", said).content.decode())
    assert "Skills, Mon, Wed 6–9 pm" in proposed


@pytest.mark.parametrize(("name", "status"), [("dana", 403), ("ada", 403)])
def test_staff_who_do_not_plan_are_refused(cast: Cast, client: Client, name: str, status: int) -> None:
    client.force_login(getattr(cast, name))
    assert client.get(f"/patients/{cast.ana.pk}/apart/").status_code == status
    assert "Keep apart" not in plain(client.get(f"/patients/{cast.ana.pk}/").content.decode())
