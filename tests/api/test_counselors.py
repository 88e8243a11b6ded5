"""Counselors, their hours and time off, covering their sessions, and slots from their hours, over the API."""

from datetime import date
from typing import Any

import pytest

from people.enums import Role
from people.models import Admission, Counselor, Membership, TrailEntry
from scheduling.models import CounselorAvailability, Session, TimeOff
from scheduling.services.counselor_times import AvailabilityFields, add_availability, add_time_off
from scheduling.services.slots import SlotWish, make_slots
from tests.api.conftest import Clients
from tests.cast import NOW, Cast, at

pytestmark = pytest.mark.django_db
V1 = "/api/v1/"


def counselor(cast: Cast, name: str = "Marco Lenz") -> Counselor:
    row = Counselor.objects.create(name=name)
    row.sites.add(cast.site)
    return row


HOURS = {
    "starts_at_local": "2026-11-16T13:00",
    "ends_at_local": "2026-11-16T18:00",
    "rrule": "FREQ=WEEKLY;BYDAY=TH",
}


def test_a_profile_is_read_by_colleagues_and_changed_by_coordinators(cast: Cast, client_of: Clients) -> None:
    address = f"{V1}counselors/{cast.dana_counselor.pk}/"
    body = {
        "languages": ["en", "es"],
        "daily_maximum_minutes": 360,
        "credentials": [{"code": "lac", "number": "A 12", "valid_until": "2027-06-30"}],
    }
    assert client_of(cast.dana).patch(address, body).status_code == 403
    changed = client_of(cast.cory).patch(address, body)
    expected = {
        "id": str(cast.dana_counselor.pk),
        "name": "Dana Keller",
        "sites": [str(cast.site.pk)],
        "languages": ["en", "es"],
        "daily_maximum_minutes": 360,
        "credentials": [{"code": "LAC", "number": "A 12", "valid_until": "2027-06-30"}],
    }
    assert (changed.status_code, changed.json()) == (200, expected)
    assert client_of(cast.dana).get(f"{V1}counselors/").json()["results"] == [expected]
    kept = client_of(cast.cory).patch(address, {"daily_maximum_minutes": None})
    assert kept.json() == {**expected, "daily_maximum_minutes": None}


def test_hours_are_the_counselors_own_to_keep(cast: Cast, client_of: Clients) -> None:
    address = f"{V1}counselors/{cast.dana_counselor.pk}/availability/"
    made = client_of(cast.dana).post(address, {**HOURS, "site": str(cast.site.pk)})
    assert made.status_code == 201, made.json()
    expected = {
        "id": made.json()["id"],
        "site": str(cast.site.pk),
        **HOURS,
        "starts_on": "2026-11-16",
        "ends_on": None,
        "time_zone": "America/Denver",
    }
    assert made.json() == expected
    assert client_of(cast.dana).get(address).json()["results"] == [expected]
    one = f"{address}{expected['id']}/"
    changed = client_of(cast.cory).patch(one, {"ends_on": "2026-12-31"})
    assert changed.json() == {**expected, "ends_on": "2026-12-31"}
    other = counselor(cast)
    wrong = f"{V1}counselors/{other.pk}/availability/{expected['id']}/"
    assert client_of(cast.cory).delete(wrong).status_code == 404
    assert client_of(cast.dana).post(f"{V1}counselors/{other.pk}/availability/", HOURS).status_code == 403
    assert client_of(cast.dana).delete(one).status_code == 204
    assert CounselorAvailability.objects.count() == 0


def test_what_is_taken_away_between_look_and_lock_is_gone(
    cast: Cast, client_of: Clients, monkeypatch: pytest.MonkeyPatch
) -> None:
    by: dict[str, Any] = {"actor": None, "now": NOW}
    fields = AvailabilityFields(cast.site, "2026-11-16T08:00", "2026-11-16T18:00", "FREQ=WEEKLY;BYDAY=MO")
    hours = add_availability(cast.dana_counselor, fields, **by)
    off = add_time_off(cast.dana_counselor, starts_at=at("2026-11-24 08:00"), ends_at=at("2026-11-24 18:00"), **by)

    def meanwhile(ids: list[int]) -> None:
        CounselorAvailability.objects.all().delete()
        TimeOff.objects.all().delete()

    monkeypatch.setattr("scheduling.services.counselor_times.lock_counselors", meanwhile)
    theirs = f"{V1}counselors/{cast.dana_counselor.pk}"
    changed = client_of(cast.cory).patch(f"{theirs}/availability/{hours.pk}/", {"ends_on": "2026-12-31"})
    assert (changed.status_code, changed.json()["code"]) == (404, "not_found")
    off.save()
    assert client_of(cast.cory).patch(f"{theirs}/time-off/{off.pk}/", {"reason": "Other"}).status_code == 404
    off.save()
    assert client_of(cast.cory).delete(f"{theirs}/time-off/{off.pk}/").status_code == 404


def test_time_off_names_what_it_leaves_to_be_covered_and_keeps_why_to_those_concerned(
    cast: Cast, client_of: Clients
) -> None:
    session = cast.session("2026-11-19 18:00")
    address = f"{V1}counselors/{cast.dana_counselor.pk}/time-off/"
    body = {"starts_at": "2026-11-19T12:00:00-07:00", "ends_at": "2026-11-20T00:00:00-07:00", "reason": "Flu"}
    made = client_of(cast.dana).post(address, body)
    expected = {"id": made.json()["id"], **body, "sessions": [str(session.pk)]}
    assert (made.status_code, made.json()) == (201, expected)
    colleague = counselor(cast)
    colleague.user = cast.user("marco")
    colleague.save()
    Membership.objects.create(user=colleague.user, role=Role.COUNSELOR, site=cast.site)
    (seen,) = client_of(colleague.user).get(address).json()["results"]
    assert seen == {**expected, "reason": None, "sessions": []}
    (known,) = client_of(cast.cory).get(address).json()["results"]
    assert known == {**expected, "sessions": []}
    backwards = client_of(cast.dana).patch(f"{address}{expected['id']}/", {"ends_at": body["starts_at"]})
    assert (backwards.status_code, list(backwards.json()["errors"])) == (400, ["ends_at"])
    assert client_of(cast.dana).delete(f"{address}{expected['id']}/").status_code == 204
    assert TimeOff.objects.count() == 0


def _session(cast: Cast, **more: Any) -> dict[str, Any]:
    return {
        "program": str(cast.program.pk),
        "site": str(cast.site.pk),
        "kind": "group",
        "title": "Evening",
        "starts_at": "2026-11-19T18:00:00-07:00",
        "ends_at": "2026-11-19T21:00:00-07:00",
        "capacity": 12,
        "counselors": [str(cast.dana_counselor.pk)],
        **more,
    }


def test_a_session_outside_the_hours_needs_a_reason(cast: Cast, client_of: Clients) -> None:
    client = client_of(cast.cory)
    client.post(f"{V1}counselors/{cast.dana_counselor.pk}/availability/", {**HOURS, "site": str(cast.site.pk)})
    refused = client.post(f"{V1}sessions/", _session(cast))
    assert (refused.status_code, refused.json()["code"]) == (409, "counselor_unavailable")
    assert refused.json()["clashes"][0]["counselor"] == str(cast.dana_counselor.pk)
    assert client.post(f"{V1}sessions/", _session(cast, override_reason="She offered")).status_code == 201
    series = {name: value for name, value in _session(cast).items() if not name.endswith("_at")}
    series |= {"rrule": "FREQ=WEEKLY", "starts_at_local": "2026-11-26T18:00", "duration_minutes": 180}
    assert client.post(f"{V1}series/", series).json()["code"] == "counselor_unavailable"
    made = client.post(f"{V1}series/", {**series, "without_clashing": True})
    assert made.status_code == 201
    assert not Session.objects.filter(series_id=made.json()["id"], leads__isnull=False).exists()


def test_covering_a_session_in_one_step(cast: Cast, client_of: Clients) -> None:
    session, marco = cast.session("2026-11-19 18:00"), counselor(cast)
    booking = cast.booked(cast.ana, session)
    spare = [cast.session(f"2026-11-{day} 18:00") for day in (20, 21, 22)]
    address = f"{V1}sessions/{session.pk}/cover/"
    found = client_of(cast.cory).get(address)
    assert found.json() == {
        "session": str(session.pk),
        "state": "scheduled",
        "starts_at": "2026-11-19T18:00:00-07:00",
        "ends_at": "2026-11-19T21:00:00-07:00",
        "counselors": [str(cast.dana_counselor.pk)],
        "absent": [],
        "uncovered": False,
        "replaces": str(cast.dana_counselor.pk),
        "booked": 1,
        "languages": {"en": 1},
        "proposed": str(marco.pk),
        "candidates": [
            {
                "counselor": str(marco.pk),
                "name": "Marco Lenz",
                "free": True,
                "why_not": [],
                "free_with_a_reason": False,
                "knows": 0,
                "lacks": [],
                "day_minutes": 180,
                "has_hours": False,
            }
        ],
        "patients": [
            {
                "patient": str(cast.ana.pk),
                "patient_name": "Ana Reyes",
                "phone": None,
                "language": "en",
                "booking": str(booking.pk),
                "counted_minutes": 0,
                "sessions": [str(one.pk) for one in spare],
                "total_minutes": 540,
                "reaches": True,
            }
        ],
    }
    assert TrailEntry.objects.filter(action="opened_patient", patient_id=cast.ana.pk).count() == 1
    nothing = client_of(cast.cory).post(address, {})
    assert (nothing.status_code, list(nothing.json()["errors"])) == (400, ["substitute"])
    done = client_of(cast.dana).post(address, {"substitute": str(marco.pk), "reason": "Flu"})
    assert (done.status_code, done.json()["counselors"]) == (200, [str(marco.pk)])
    assert client_of(cast.dana).get(address).status_code == 403  # no longer hers
    off = client_of(cast.cory).post(address, {"cancel": True, "reason": "Nobody is left"})
    assert (off.json()["state"], [one["patient_name"] for one in off.json()["patients"]]) == (
        "cancelled",
        ["Ana Reyes"],
    )


def test_whoever_leads_it_hands_over_but_calls_nothing_off_and_lifts_nothing(cast: Cast, client_of: Clients) -> None:
    session, marco = cast.session("2026-11-19 18:00"), counselor(cast)
    address = f"{V1}sessions/{session.pk}/cover/"
    for body in ({"cancel": True}, {"substitute": str(marco.pk), "override_reason": "Please"}):
        assert client_of(cast.dana).post(address, body).status_code == 403
    assert list(Session.objects.get().counselors.all()) == [cast.dana_counselor]


def test_a_day_away_in_one_step(cast: Cast, client_of: Clients) -> None:
    morning, evening = cast.session("2026-11-19 09:00"), cast.session("2026-11-19 18:00")
    marco = counselor(cast)
    address = f"{V1}counselors/{cast.dana_counselor.pk}/cover/"
    span = {"starts_at": "2026-11-19T00:00:00-07:00", "ends_at": "2026-11-20T00:00:00-07:00"}
    rows = client_of(cast.cory).get(address, span).json()["results"]
    assert [(one["session"], one["proposed"]) for one in rows] == [
        (str(morning.pk), str(marco.pk)),
        (str(evening.pk), str(marco.pk)),
    ]
    choices = [
        {"session": str(morning.pk), "substitute": str(marco.pk)},
        {"session": str(evening.pk), "cancel": True},
    ]
    done = client_of(cast.cory).post(address, {**span, "choices": choices, "reason": "Flu"})
    assert done.status_code == 200, done.json()
    assert [[one["id"] for one in done.json()[name]] for name in ("covered", "called_off")] == [
        [str(morning.pk)],
        [str(evening.pk)],
    ]
    assert TimeOff.objects.get().interval.start == at("2026-11-19 00:00")
    assert client_of(cast.dana).post(address, {**span, "choices": choices}).status_code == 403


def test_a_session_named_twice_is_refused_whole(cast: Cast, client_of: Clients) -> None:
    evening, marco, nora = cast.session("2026-11-19 18:00"), counselor(cast), counselor(cast, "Nora Weiss")
    address = f"{V1}counselors/{cast.dana_counselor.pk}/cover/"
    span = {"starts_at": "2026-11-19T00:00:00-07:00", "ends_at": "2026-11-20T00:00:00-07:00"}
    once = {"session": str(evening.pk), "substitute": str(marco.pk)}
    off = {"session": str(evening.pk), "cancel": True}
    for choices in ([once, once], [once, {**once, "substitute": str(nora.pk)}], [once, off]):
        refused = client_of(cast.cory).post(address, {**span, "choices": choices})
        assert (refused.status_code, list(refused.json()["errors"])) == (400, ["sessions"]), choices
    assert (list(evening.counselors.all()), TimeOff.objects.count()) == ([cast.dana_counselor], 0)


def test_another_sites_sessions_are_neither_listed_nor_named(cast: Cast, client_of: Clients) -> None:
    cast.dana_counselor.sites.add(cast.other_site)
    elsewhere = cast.session("2026-11-19 18:00", program=cast.other_program, site=cast.other_site, focus="", room=False)
    span = {"starts_at": "2026-11-19T00:00:00-07:00", "ends_at": "2026-11-20T00:00:00-07:00"}
    base = f"{V1}counselors/{cast.dana_counselor.pk}/"
    assert client_of(cast.cory).get(f"{base}cover/", span).json()["results"] == []
    assert client_of(cast.cory).post(f"{base}time-off/", span).json()["sessions"] == []
    rows = client_of(cast.stranger).get(f"{base}cover/", span).json()["results"]
    assert [one["session"] for one in rows] == [str(elsewhere.pk)]
    assert client_of(cast.dana).post(f"{base}time-off/", span).json()["sessions"] == [str(elsewhere.pk)]


def test_slots_are_looked_at_and_made_once(cast: Cast, client_of: Clients) -> None:
    client = client_of(cast.dana)
    client.post(f"{V1}counselors/{cast.dana_counselor.pk}/availability/", {**HOURS, "site": str(cast.site.pk)})
    address = f"{V1}counselors/{cast.dana_counselor.pk}/slots/"
    body = {
        "program": str(cast.program.pk),
        "site": str(cast.site.pk),
        "starts_on": "2026-11-19",
        "ends_on": "2026-11-19",
        "minutes": 90,
        "pause_minutes": 30,
    }
    preview = client.post(address, {**body, "preview": True})
    assert (preview.status_code, preview.json()["made"], Session.objects.count()) == (200, 2, 0)
    made = client.post(address, body)
    assert (made.status_code, [one["why_not"] for one in made.json()["slots"]]) == (201, [None, None])
    assert [one["starts_at"] for one in made.json()["slots"]] == [
        "2026-11-19T13:00:00-07:00",
        "2026-11-19T15:00:00-07:00",
    ]
    again = client.post(address, body)
    assert (again.status_code, again.json()["made"], Session.objects.count()) == (200, 0, 2)
    assert Session.objects.earliest("starts_at").starts_at > NOW


def test_a_slot_is_for_its_counselors_people_until_it_is_opened(cast: Cast, client_of: Clients) -> None:
    add_availability(
        cast.dana_counselor,
        AvailabilityFields(cast.site, HOURS["starts_at_local"], HOURS["ends_at_local"], HOURS["rrule"]),
        actor=None,
        now=NOW,
    )
    wish = SlotWish(cast.program, cast.site, date(2026, 11, 19), date(2026, 11, 19), minutes=90)
    made = make_slots(cast.dana_counselor, wish, actor=cast.dana, now=NOW)
    slot = str(made[0].session.pk)  # type: ignore[union-attr]
    others = cast.patient("Una", account=True)
    for primary, told in ((None, []), (counselor(cast), ["other_caseload"])):
        Admission.objects.filter(patient=others).update(primary_counselor=primary)
        own = client_of(others.user)
        assert own.get(f"{V1}sessions/{slot}/").json()["why_not"] == told
        staff = client_of(cast.cory).get(f"{V1}sessions/{slot}/?patient={others.pk}").json()
        assert (staff["caseload_of"], staff["why_not"]) == (str(cast.dana_counselor.pk), [])
    refused = own.post(f"{V1}bookings/", {"session": slot})
    assert (refused.status_code, refused.json()["code"]) == (409, "other_caseload")
    assert own.post(f"{V1}sessions/{slot}/open/").status_code == 403
    assert client_of(cast.cory).post(f"{V1}sessions/{slot}/open/").json()["caseload_of"] is None
    assert own.post(f"{V1}bookings/", {"session": slot}).status_code == 201


def test_a_program_says_which_credentials_it_asks_for(cast: Cast, client_of: Clients) -> None:
    address = f"{V1}programs/{cast.program.pk}/"
    body = {"required_credentials": ["lac"], "focus_credentials": {"skills": ["EMDR"]}}
    assert client_of(cast.dana).patch(address, body).status_code == 403
    changed = client_of(cast.cory).patch(address, body).json()
    assert (changed["required_credentials"], changed["focus_credentials"]) == (["LAC"], {"skills": ["EMDR"]})
    wrong = client_of(cast.cory).patch(address, {"focus_credentials": {"knitting": ["LAC"]}})
    assert (wrong.status_code, list(wrong.json()["errors"])) == (400, ["focus_credentials"])
    entry = TrailEntry.objects.get(action="program_changed")
    assert entry.after == {"required_credentials": ["LAC"], "focus_credentials": {"skills": ["EMDR"]}}
