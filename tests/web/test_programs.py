"""Pages for a program's rules, and for what is asked of one person."""

from datetime import date

import pytest
import time_machine
from django.test import Client

from attendance.models import Requirement
from attendance.services.requirements import RequirementFields, add_requirement
from people.domain.plan_templates import USUAL_STEPS
from people.models import Program, TrailEntry
from people.services.admissions import admit, discharge
from people.services.plan_templates import make_template
from tests.cast import NOW, Cast
from tests.web.reading import open_page, plain
from web.rows.requirements import standing_line

ASKED = {
    "name": "Three days",
    "asked_by": "payer",
    "measure": "days",
    "window": "week",
    "minimum": "3",
    "day_minimum_minutes": "180",
}


def test_a_director_asks_something_of_everybody_in_the_program(cast: Cast, client: Client) -> None:
    client.force_login(cast.dirk)
    address = f"/programs/{cast.program.pk}/"
    assert open_page(client, address).answer == "0 rules beside the goal"
    done = client.post(f"{address}requirements/new/", ASKED, follow=True)
    assert "Three days Payer Each week at least 3 days of 3 h or more" in open_page(client, address).words
    assert done.redirect_chain == [(address, 302)]
    row = Requirement.objects.get()
    refused = client.post(f"{address}requirements/{row.pk}/", {**ASKED, "minimum": "8"})
    assert refused.status_code == 400
    assert "Say a whole number from 0 to 7." in refused.content.decode()
    client.post(f"{address}requirements/{row.pk}/", {**ASKED, "minimum": "2", "kinds": ["group"]})
    row.refresh_from_db()
    assert (row.minimum, row.kinds) == (2, ["group"])


@time_machine.travel(NOW, tick=False)
def test_a_person_shows_each_rule_on_its_own_card(cast: Cast, client: Client) -> None:
    client.force_login(cast.cory)
    address = f"/patients/{cast.ana.pk}/requirements/"
    client.post(f"{address}new/", {**ASKED, "name": "A court", "asked_by": "court"})
    page = open_page(client, address)
    assert page.answer == "1 rule beside the goal"
    assert "Court · A court" in page.words
    assert "0 of 6 full weeks" in page.words


def test_a_program_counts_otherwise_from_a_day_to_come(cast: Cast, client: Client) -> None:
    client.force_login(cast.dirk)
    address = f"/programs/{cast.program.pk}/"
    said = {"in_force_from": "2090-01-01", "grace_minutes": "5", "late_cutoff_minutes": "", "rounding": "exact"}
    said["partial_week_policy"] = "prorate"
    client.post(address, said)
    assert "From Sun 1 Jan 2090 5 minutes of grace · no late cut-off" in open_page(client, address).words
    past = client.post(address, {**said, "in_force_from": "2020-01-01"})
    assert (past.status_code, "the past is not counted again" in past.content.decode()) == (400, True)
    client.post(f"{address}policy/withdraw/", {"in_force_from": "2090-01-01"})
    assert Program.objects.get(pk=cast.program.pk).policy_changes == []


def test_a_director_says_until_when_an_absence_is_made_up_for(cast: Cast, client: Client) -> None:
    client.force_login(cast.dirk)
    address = f"/programs/{cast.program.pk}/"
    assert "An absence is made up for within 35 days, or in the same week." in open_page(client, address).words
    client.post(f"{address}make-ups/", {"make_up_days": "10"})
    assert "An absence is made up for within 10 days, or in the same week." in open_page(client, address).words
    for days in ("61", "-1", "many", ""):
        refused = client.post(f"{address}make-ups/", {"make_up_days": days}, follow=True)
        assert "Days after an absence: This is 0 to 60 days." in refused.content.decode()
    client.force_login(cast.dana)
    assert client.post(f"{address}make-ups/", {"make_up_days": "20"}).status_code == 403
    entry = TrailEntry.objects.get(action="booking_rules_changed")
    before, after = entry.before or {}, entry.after or {}
    assert (entry.actor_id, before["make_up_days"], after) == (cast.dirk.pk, 35, {**before, "make_up_days": 10})


def test_a_counselor_reads_and_changes_nothing(cast: Cast, client: Client) -> None:
    client.force_login(cast.dana)
    address = f"/programs/{cast.program.pk}/"
    assert "Add a rule" not in open_page(client, address).words
    assert client.post(f"{address}requirements/new/", ASKED).status_code == 403
    assert not Requirement.objects.exists()


def test_where_somebody_once_was_nothing_more_is_asked_of_them(cast: Cast, client: Client) -> None:
    """Cory coordinates the site that Ana has left: he sees her, and what the new one asks is none of his."""
    discharge(cast.admission_of(cast.ana), discharged_on=date(2026, 11, 16), actor=None, now=NOW)
    there = admit(
        cast.ana,
        program=cast.other_program,
        site=cast.other_site,
        admitted_on=date(2026, 11, 17),
        actor=None,
        now=NOW,
    )
    row = add_requirement(
        there, RequirementFields("Payer", "payer", "days", "week", minimum=2), actor=cast.stranger, now=NOW
    )
    address = f"/patients/{cast.ana.pk}/requirements/"
    client.force_login(cast.cory)
    assert [client.post(f"{address}{end}/", ASKED).status_code for end in ("new", row.pk)] == [403, 403]
    assert list(Requirement.objects.values_list("name", "minimum")) == [("Payer", 2)]
    client.force_login(cast.stranger)
    assert client.post(f"{address}{row.pk}/", ASKED).status_code == 302


def test_a_director_finds_the_plan_templates_from_the_navigation(cast: Cast, client: Client) -> None:
    make_template(cast.program, name="Step-down", steps=USUAL_STEPS, actor=cast.dirk, now=NOW)
    client.force_login(cast.dirk)
    listed = open_page(client, open_page(client, "/compliance/").link("Programs and plans"))
    assert listed.texts("li", "split") == ["Evening track Rules Evening track · 1 plan template Evening track"]
    found = open_page(client, listed.link("1 plan template Evening track"))
    assert (found.status, found.answer) == (200, "1 plan template")


def test_what_is_counted_names_its_unit_once() -> None:
    stands = {"name": "Days", "asked_by": "payer", "met": False, "full": True, "reachable": True, "at_stake": False}
    stands |= {"is_over": True, "maximum": None, "projected": None, "possible_on": []}
    said = {
        measure: standing_line({**stands, "measure": measure, "value": 1, "minimum": 3}).words for measure in AMOUNTS
    }
    assert {measure: plain(words) for measure, words in said.items()} == AMOUNTS


@pytest.mark.parametrize(
    ("measure", "value", "bounds", "words"),
    [
        ("services", 2, (1, None), "2 sessions, 1 asked for"),
        ("services", 1, (1, None), "1 of 1 session"),
        ("days", 1, (0, None), "1 day, 0 asked for"),
        ("minutes", 600, (540, 1140), "10 h, 9 h asked for"),
        ("minutes", 1200, (540, 1140), "20 h, at most 19 h"),
        ("percent", 60, (50, None), "60 %, 50 % asked for"),
    ],
)
def test_more_than_is_asked_for_is_no_part_of_it(
    measure: str, value: int, bounds: tuple[int, int | None], words: str
) -> None:
    stands = {"name": "Rule", "asked_by": "payer", "met": bounds[1] is None or value <= bounds[1], "full": True}
    stands |= {"reachable": True, "at_stake": False, "is_over": True, "measure": measure, "value": value}
    stands |= {"minimum": bounds[0], "maximum": bounds[1], "projected": None, "possible_on": []}
    assert plain(standing_line(stands).words) == words


AMOUNTS = {"days": "1 of 3 days", "services": "1 of 3 sessions", "minutes": "1 min of 3 min", "percent": "1 % of 3 %"}
