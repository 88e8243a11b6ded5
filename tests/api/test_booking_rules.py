"""How a program takes bookings, over HTTP."""

from typing import Any

import pytest

from people.models import TrailEntry
from tests.api.conftest import Clients
from tests.cast import Cast

USUAL: dict[str, Any] = {
    "booking_cutoff_minutes": 0,
    "cancel_cutoff_minutes": 1440,
    "waitlist_notice_minutes": 120,
    "waitlist_policy": "book",
    "offer_minutes": 120,
    "make_up_days": 35,
    "slots_open_before_hours": None,
}


def rules(answer: Any) -> dict[str, Any]:
    return {name: answer.json()[name] for name in USUAL}


def test_a_director_lets_freed_seats_be_offered(cast: Cast, client_of: Clients) -> None:
    address = f"/api/v1/programs/{cast.program.pk}/"
    client = client_of(cast.dirk)
    assert rules(client.get(address)) == USUAL
    changed = client.patch(address, {"waitlist_policy": "offer", "offer_minutes": 45})
    expected = {**USUAL, "waitlist_policy": "offer", "offer_minutes": 45}
    assert (changed.status_code, rules(changed)) == (200, expected)
    client.patch(address, {"waitlist_policy": "offer"})  # nothing new, nothing written
    entry = TrailEntry.objects.get(action="booking_rules_changed")
    assert (entry.actor_id, entry.before, entry.after) == (cast.dirk.pk, USUAL, expected)


def test_slots_open_by_themselves_where_the_program_says_when(cast: Cast, client_of: Clients) -> None:
    address = f"/api/v1/programs/{cast.program.pk}/"
    client = client_of(cast.dirk)
    for hours in (24, None):
        changed = client.patch(address, {"slots_open_before_hours": hours})
        assert (changed.status_code, rules(changed)) == (200, {**USUAL, "slots_open_before_hours": hours})


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"offer_minutes": 0}, "offer_minutes"),
        ({"offer_minutes": 20_000}, "offer_minutes"),
        ({"waitlist_policy": "lottery"}, "waitlist_policy"),
        ({"waitlist_notice_minutes": -1}, "waitlist_notice_minutes"),
        ({"make_up_days": 61}, "make_up_days"),
        ({"slots_open_before_hours": 0}, "slots_open_before_hours"),
        ({"slots_open_before_hours": 337}, "slots_open_before_hours"),
        ({"booking_cutoff_minutes": 30_000}, "booking_cutoff_minutes"),
    ],
)
def test_a_rule_that_is_none_names_its_field(cast: Cast, client_of: Clients, said: dict[str, Any], field: str) -> None:
    address = f"/api/v1/programs/{cast.program.pk}/"
    answer = client_of(cast.dirk).patch(address, said)
    assert (answer.status_code, list(answer.json()["errors"])) == (400, [field])
    assert rules(client_of(cast.dirk).get(address)) == USUAL


def test_who_does_not_direct_it_changes_nothing(cast: Cast, client_of: Clients) -> None:
    address = f"/api/v1/programs/{cast.program.pk}/"
    for user in (cast.dana, cast.ana.user):
        assert client_of(user).patch(address, {"offer_minutes": 5}).json()["code"] == "not_allowed"
    assert rules(client_of(cast.dirk).get(address)) == USUAL
