"""Plan templates, phases, plans as a whole and suggestions over HTTP."""

from typing import Any

from attendance.services.plan_suggestions import suggest
from people.models import PlanPhase, PlanTemplate, TrailEntry
from scheduling.services.track_preview import TrackWish
from scheduling.services.tracks import join_track
from tests.api.conftest import Clients
from tests.attendance.services.test_plan_suggestions import past_weeks
from tests.cast import NOW, Cast
from tests.scheduling.services.test_tracks import FIRST, track

V1 = "/api/v1/"
FULL = {"weeks": 2, "min_minutes": 540, "max_minutes": 1140, "days_per_week": 3, "wanted_kinds": ["group"]}
LOW = {
    "weeks": 2,
    "min_minutes": 360,
    "max_minutes": 600,
    "days_per_week": 2,
    "transition": True,
    "transition_reason": "step-down",
}


def answered(step: dict[str, Any]) -> dict[str, Any]:
    return {"wanted_kinds": [], "transition": False, "transition_reason": None, **step}


def test_a_template_is_made_changed_and_removed(cast: Cast, client_of: Clients) -> None:
    client, address = client_of(cast.dirk), f"{V1}programs/{cast.program.pk}/plan-templates/"
    made = client.post(address, {"name": "Evening", "steps": [FULL, LOW]})
    template = PlanTemplate.objects.get()
    expected = {
        "id": str(template.pk),
        "program": str(cast.program.pk),
        "name": "Evening",
        "steps": [answered(FULL), answered(LOW)],
        "created_at": "2026-11-18T08:02:00-07:00",
    }
    assert (made.status_code, made.json()) == (201, expected)
    one = f"{address}{template.pk}/"
    assert client_of(cast.dana).get(one).json() == expected
    assert client_of(cast.ada).get(address).json()["results"] == [expected]
    assert client.patch(one, {"name": "Short"}).json() == {**expected, "name": "Short"}
    shorter = client.patch(one, {"steps": [{**FULL, "weeks": None}]})
    assert shorter.json()["steps"] == [answered({**FULL, "weeks": None})]
    for user in (cast.dana, cast.ada):
        statuses = [client_of(user).patch(one, {}).status_code, client_of(user).delete(one).status_code]
        assert [*statuses, client_of(user).post(address, {}).status_code] == [403, 403, 403]
    assert client_of(cast.ana.user).get(address).status_code == 404
    assert client.delete(one).status_code == 204
    assert client.get(one).status_code == 404


def test_a_template_names_the_step_that_is_wrong(cast: Cast, client_of: Clients) -> None:
    client, address = client_of(cast.cory), f"{V1}programs/{cast.program.pk}/plan-templates/"
    for steps, field in (
        ([FULL, {**LOW, "transition": False}], "steps[1].min_minutes"),
        ([FULL, {**LOW, "days_per_week": 9}], "steps[1].days_per_week"),
        ([{**FULL, "weeks": None}, LOW], "steps[0].weeks"),
        ([], "steps"),
    ):
        answer = client.post(address, {"name": "Evening", "steps": steps})
        assert (answer.status_code, list(answer.json()["errors"])) == (400, [field])
    assert not PlanTemplate.objects.exists()


def test_a_template_is_followed_as_it_was_shown(cast: Cast, client_of: Clients) -> None:
    join_track(cast.ana, TrackWish(track(cast), FIRST), actor=None, now=NOW)
    client = client_of(cast.cory)
    made = client.post(f"{V1}programs/{cast.program.pk}/plan-templates/", {"name": "Evening", "steps": [FULL, LOW]})
    address = f"{V1}patients/{cast.ana.pk}/plan/"
    wish = {"template": made.json()["id"], "starts_on": "2026-11-23"}
    before = TrailEntry.objects.count()
    preview = client.post(address, {**wish, "preview": True})
    shown = preview.json()
    assert (preview.status_code, TrailEntry.objects.count()) == (200, before)
    assert [(one["starts_on"], one["ends_on"], one["min_minutes"]) for one in shown["phases"]] == [
        ("2026-10-05", "2026-11-22", 540),
        ("2026-11-23", "2026-12-06", 540),
        ("2026-12-07", "2026-12-20", 360),
    ]
    assert [(one["week"], one["min_minutes"], one["transition"]) for one in shown["weeks"]] == [
        ("2026-11-16", 540, False),
        ("2026-11-23", 540, False),
        ("2026-11-30", 540, False),
        ("2026-12-07", 360, True),
        ("2026-12-14", 360, True),
    ]
    found = [(one["starts_on"], one["warnings"], one["most_days"], len(one["give_up"])) for one in shown["unfitting"]]
    assert found == [("2026-11-23", ["below_minimum"], 3, 0), ("2026-12-07", ["over_days"], 3, 0)]
    assert client.post(address, {**wish, "token": "0" * 32}).json()["code"] == "stale"
    done = client.post(address, {**wish, "token": shown["token"]})
    assert (done.status_code, [one["template"] for one in done.json()["phases"]]) == (
        201,
        [None, wish["template"], wish["template"]],
    )
    again = client.post(address, {**wish, "token": shown["token"]})
    assert (again.status_code, again.json()["code"]) == (409, "stale")


def test_a_phase_is_changed_and_taken_out(cast: Cast, client_of: Clients) -> None:
    client, first = client_of(cast.cory), cast.phase_of(cast.ana)
    phases = f"{V1}patients/{cast.ana.pk}/phases/"
    shown = client.patch(f"{phases}{first.pk}/", {"min_minutes": 720, "preview": True}).json()
    assert [(one["starts_on"], one["min_minutes"]) for one in shown["phases"]] == [
        ("2026-10-05", 540),
        ("2026-11-18", 720),
    ]
    assert PlanPhase.objects.count() == 1
    split = client.patch(f"{phases}{first.pk}/", {"min_minutes": 720, "token": shown["token"]})
    assert split.json() == {
        "id": str(PlanPhase.objects.latest("starts_on").pk),
        "admission": str(first.admission_id),
        "starts_on": "2026-11-18",
        "ends_on": None,
        "min_minutes": 720,
        "max_minutes": 1140,
        "days_per_week": 5,
        "wanted_kinds": [],
        "transition": False,
        "transition_reason": None,
        "template": None,
    }
    over = client.patch(f"{phases}{first.pk}/", {"min_minutes": 600})
    assert (over.status_code, list(over.json()["errors"])) == (400, ["starts_on"])
    ended = client.patch(f"{phases}{split.json()['id']}/", {"ends_on": "2026-11-17"})
    assert list(ended.json()["errors"]) == ["ends_on"]
    assert client.delete(f"{phases}{split.json()['id']}/").status_code == 400
    ahead = {"starts_on": "2026-12-07", "min_minutes": 540, "max_minutes": 1140}
    looked = client.post(phases, {**ahead, "preview": True})
    assert (looked.status_code, [one["starts_on"] for one in looked.json()["added"]]) == (200, ["2026-12-07"])
    added = client.post(phases, {**ahead, "token": looked.json()["token"]}).json()
    moved = client.patch(f"{phases}{added['id']}/", {"starts_on": "2026-12-14"})
    assert (moved.json()["id"], moved.json()["starts_on"]) == (added["id"], "2026-12-14")
    gone = client.delete(f"{phases}{added['id']}/?preview=true").json()
    assert [one["starts_on"] for one in gone["gone"]] == ["2026-12-14"]
    assert client.delete(f"{phases}{added['id']}/?token={gone['token']}").status_code == 204
    assert client.delete(f"{phases}{added['id']}/").status_code == 404


def test_suggestions_are_listed_and_decided(cast: Cast, client_of: Clients) -> None:
    admission = past_weeks(cast, cast.ana, 500, 530)
    past_weeks(cast, cast.ben, 500, 500)
    suggest(now=NOW)
    client, address = client_of(cast.cory), f"{V1}plan-suggestions/"
    (row,) = client.get(f"{address}?patient={cast.ana.pk}&state=open&kind=review").json()["results"]
    assert row == {
        "id": row["id"],
        "patient": str(cast.ana.pk),
        "patient_name": "Ana Reyes",
        "admission": str(admission.pk),
        "kind": "review",
        "week": "2026-11-09",
        "facts": {
            "weeks": 2,
            "first_week": "2026-11-02",
            "min_minutes": 540,
            "days_per_week": 5,
            "mean_credited_minutes": 515,
        },
        "raised_at": "2026-11-18T08:02:00-07:00",
        "decision": None,
        "decided_at": None,
        "decided_by": None,
        "reason": None,
    }
    for user in (cast.ada, cast.dana):
        assert client_of(user).post(f"{address}{row['id']}/dismiss/", {"reason": "no"}).status_code == 403
    assert list(client.post(f"{address}{row['id']}/dismiss/", {}).json()["errors"]) == ["reason"]
    decided = client.post(f"{address}{row['id']}/dismiss/", {"reason": "Was ill"})
    assert decided.json() == {
        **row,
        "decision": "dismissed",
        "decided_at": "2026-11-18T08:02:00-07:00",
        "decided_by": str(cast.cory.pk),
        "reason": "Was ill",
    }
    again = client.post(f"{address}{row['id']}/accept/", {})
    assert (again.status_code, again.json()["code"]) == (409, "suggestion_decided")
    (other,) = client.get(f"{address}?state=open").json()["results"]
    assert client.post(f"{address}{other['id']}/accept/", {}).json()["decision"] == "accepted"
    assert client.get(f"{address}?state=open").json()["results"] == []
    assert client_of(cast.ana.user).get(address).json()["results"] == []
