"""Rosters, weeks, the ledger and flags over HTTP."""

from typing import Any

import time_machine

from attendance.models import Flag, TreatmentWeek
from attendance.services.roster import RosterRow, save_rows
from people.models import TrailEntry
from tests.api.conftest import Clients
from tests.cast import NOW, WEEK, Cast, at

V1 = "/api/v1/"
LATER = at("2026-11-18 21:05")


def test_a_roster_taken_and_signed(cast: Cast, client_of: Clients) -> None:
    session = cast.session("2026-11-18 18:00", breaks=((at("2026-11-18 19:30"), at("2026-11-18 19:45")),))
    booking = cast.booked(cast.ana, session)
    client, address = client_of(cast.dana), f"{V1}sessions/{session.pk}/roster/"
    blank: dict[str, Any] = {
        "booking": str(booking.pk),
        "attendance": None,
        "patient": str(cast.ana.pk),
        "patient_name": "Ana Reyes",
        "status": None,
        "mode": None,
        "arrived_at": None,
        "left_at": None,
        "excuse_reason": None,
        "planned_minutes": None,
        "late_minutes": None,
        "early_minutes": None,
        "credited_minutes": None,
        "deductions": [],
        "late_entry": False,
        "excuse_given_by": None,
        "excuse_given_at": None,
        "excuse_before_session": None,
        "document_seen": False,
        "remark": None,
        "recorded_at": None,
        "recorded_by": None,
        "misses_in_a_row": None,
        "call_assigned_to": None,
        "makes_up_for": None,
        "amendments": [],
    }
    empty = {"session": str(session.pk), "version": 0, "signed_at": None, "signed_by": None, "rows": [blank]}
    first = client.get(address)
    assert (first.json(), first["ETag"]) == (empty, '"0"')
    assert TrailEntry.objects.get(action="opened_roster").subject_id == session.pk
    with time_machine.travel(LATER, tick=False):
        mark = {"status": "present", "arrived_at": "2026-11-19T01:12:00Z", "left_at": None, "excuse_reason": None}
        saved = client.put(address, [{**blank, **mark}], HTTP_IF_MATCH=first["ETag"])
        row = {
            **blank,
            "attendance": str(booking.attendance.pk),
            "status": "present",
            "mode": "in_person",
            "arrived_at": "2026-11-18T18:12:00-07:00",
            "planned_minutes": 180,
            "late_minutes": 12,
            "early_minutes": 0,
            "credited_minutes": 153,
            "deductions": [{"why": "break", "minutes": 15}, {"why": "late", "minutes": 12}],
            "recorded_at": "2026-11-18T21:05:00-07:00",
            "recorded_by": str(cast.dana.pk),
        }
        assert (saved.json(), saved["ETag"]) == ({**empty, "version": 1, "rows": [row]}, '"1"')
        signed = client.post(f"{address}sign/")
        expected = {"signed_at": "2026-11-18T21:05:00-07:00", "signed_by": str(cast.dana.pk), "version": 2}
        assert (signed.status_code, signed.json()) == (200, {**empty, **expected, "rows": [row]})
    assert client.get(f"{V1}sessions/{session.pk}/").json()["state"] == "signed"


def test_who_may_see_and_take_a_roster(cast: Cast, client_of: Clients) -> None:
    session = cast.session("2026-11-18 07:30")
    cast.booked(cast.ben, session, override_reason="late")
    address = f"{V1}sessions/{session.pk}/roster/"
    accounts = (cast.dana, cast.cory, cast.dirk, cast.ada, cast.ben.user)
    seen = [client_of(user).get(address).status_code for user in accounts]
    taken = [client_of(user).put(address, []).status_code for user in accounts]
    assert (seen, taken) == ([200, 200, 200, 200, 403], [200, 200, 200, 403, 403])


def test_weeks_of_a_patient_and_the_board(cast: Cast, client_of: Clients) -> None:
    breaks = ((at("2026-11-18 19:30"), at("2026-11-18 19:45")),)
    cast.booked(cast.ana, cast.session("2026-11-18 18:00", breaks=breaks))
    cast.session("2026-11-20 18:00")
    answer: dict[str, Any] = {
        "patient": str(cast.ana.pk),
        "patient_name": "Ana Reyes",
        "admission": str(cast.admission_of(cast.ana).pk),
        "week": "2026-11-16",
        "closed_at": None,
        "revision": 1,
        "exempt": False,
        "transition": False,
        "min_minutes": 540,
        "max_minutes": 1140,
        "credited_minutes": 0,
        "booked_minutes": 165,
        "bookable_minutes": 180,
        "projected_minutes": 165,
        "shortfall_minutes": 375,
        "computed_at": "2026-11-18T08:02:00-07:00",
        "offered_minutes": 345,
        "scheduled_minutes": 165,
        "billable_days": 0,
        "unsigned_sessions": [],
        "status": "below",
        "days": 0,
        "requirements": [],
    }
    of_ana = f"{V1}patients/{cast.ana.pk}/weeks/?from=2026-11-18&to=2026-11-18"
    page = {"results": [answer], "next": None, "previous": None}
    shown = client_of(cast.ana.user).get(of_ana).json()
    answer["id"] = str(TreatmentWeek.objects.get(patient=cast.ana, week=WEEK).pk)
    assert shown == page
    assert client_of(cast.cory).get(of_ana).json() == page
    assert client_of(cast.cory).get(f"{V1}weeks/?week=2026-11-22").json() == page
    assert client_of(cast.cory).get(f"{V1}weeks/").json() == page
    assert client_of(cast.ada).get(f"{V1}weeks/?status=below&search=reyes").json() == page
    assert client_of(cast.cory).get(f"{V1}weeks/?status=met").json()["results"] == []
    looks = TrailEntry.objects.filter(patient_id=cast.ana.pk, action="opened_patient")
    assert list(looks.order_by("pk").values_list("actor_id", flat=True)) == [cast.ana.user_id, cast.cory.pk]


def test_the_summary_counts_people_by_status(cast: Cast, client_of: Clients) -> None:
    client = client_of(cast.cory)
    client.get(f"{V1}patients/{cast.ana.pk}/weeks/?from=2026-11-18&to=2026-11-18")
    counts = {"over": 0, "exempt": 0, "met": 0, "on_track": 0, "at_risk": 0, "below": 1}
    answer = {"results": [{"week": "2026-11-16", "counts": counts}], "next": None, "previous": None}
    assert client.get(f"{V1}weeks/summary/").json() == answer


def test_the_ledger_adds_up(cast: Cast, client_of: Clients) -> None:
    session = cast.session("2026-11-18 18:00", breaks=((at("2026-11-18 19:30"), at("2026-11-18 19:45")),))
    booking = cast.booked(cast.ana, session)
    with time_machine.travel(LATER, tick=False):
        row = RosterRow(booking.pk, "present", arrived_at=at("2026-11-18 18:12"))
        save_rows(session, [row], actor=cast.dana, now=LATER)
        answer = client_of(cast.ada).get(f"{V1}patients/{cast.ana.pk}/ledger/?from=2026-11-18&to=2026-11-19").json()
    evidence = {
        "session": str(session.pk),
        "booking": str(booking.pk),
        "attendance": str(booking.attendance.pk),
        "on": "2026-11-18",
        "starts_at": "2026-11-18T18:00:00-07:00",
        "ends_at": "2026-11-18T21:00:00-07:00",
        "kind": "group",
        "focus": "process",
        "counselors": [str(cast.dana_counselor.pk)],
        "mode": "in_person",
        "status": "present",
        "arrived_at": "2026-11-18T18:12:00-07:00",
        "left_at": None,
        "planned_minutes": 180,
        "late_minutes": 12,
        "early_minutes": 0,
        "deductions": [{"why": "break", "minutes": 15}, {"why": "late", "minutes": 12}],
        "credited_minutes": 153,
        "policy": {"grace_minutes": 0, "late_cutoff_minutes": 15, "rounding": "exact"},
        "breaks": [{"starts_at": "2026-11-18T19:30:00-07:00", "ends_at": "2026-11-18T19:45:00-07:00"}],
        "excuse_reason": None,
        "excuse_given_by": None,
        "excuse_given_at": None,
        "excuse_before_session": None,
        "document_seen": False,
        "remark": None,
        "recorded_by": str(cast.dana.pk),
        "recorded_at": "2026-11-18T21:05:00-07:00",
        "makes_up_for": None,
        "made_up_by": None,
        "amendments": [],
    }
    admission = str(cast.admission_of(cast.ana).pk)
    week = {"week": "2026-11-16", "admission": admission, "min_minutes": 540, "credited_minutes": 153}
    assert answer == {
        "patient": str(cast.ana.pk),
        "from": "2026-11-16",
        "to": "2026-11-22",
        "weeks": [{**week, "rows": [evidence]}],
    }
    shown = answer["weeks"][0]["rows"][0]
    deducted = sum(one["minutes"] for one in shown["deductions"])
    assert shown["planned_minutes"] - deducted == shown["credited_minutes"]
    look = TrailEntry.objects.get(action="opened_report")
    assert (look.actor_id, look.patient_id) == (cast.ada.pk, cast.ana.pk)


def test_a_signed_record_is_amended_with_its_reason(cast: Cast, client_of: Clients) -> None:
    session = cast.session("2026-11-18 18:00", breaks=((at("2026-11-18 19:30"), at("2026-11-18 19:45")),))
    booking = cast.booked(cast.ana, session)
    client = client_of(cast.dana)
    with time_machine.travel(LATER, tick=False):
        save_rows(session, [RosterRow(booking.pk, "no_show")], actor=cast.dana, now=LATER)
        address = f"{V1}attendance/{booking.attendance.pk}/amend/"
        body = {"status": "present", "arrived_at": "2026-11-19T01:12:00Z", "amendment_reason": "She was in the lobby"}
        early = client.post(address, body)
        client.post(f"{V1}sessions/{session.pk}/roster/sign/")
        unexplained = client.post(address, {**body, "amendment_reason": " "})
        assert [answer.status_code for answer in (early, unexplained)] == [409, 400]
        assert early.json()["code"] == "too_early"
        amended = client.post(address, body)
        again = client.post(address, body)
        refused = client_of(cast.ana.user).post(address, body)
        ledger = client.get(f"{V1}patients/{cast.ana.pk}/ledger/?from=2026-11-18&to=2026-11-19").json()
    before = {
        "session": session.pk,
        "status": "no_show",
        "mode": "in_person",
        "arrived_at": None,
        "left_at": None,
        "excuse_reason": "",
        "credited_minutes": 0,
    }
    after = {**before, "status": "present", "arrived_at": "2026-11-19T01:12:00+00:00", "credited_minutes": 153}
    assert (amended.status_code, again.status_code, refused.status_code) == (200, 200, 403)
    assert amended.json() == again.json() == ledger["weeks"][0]["rows"][0]
    assert amended.json()["amendments"] == [
        {
            "at": "2026-11-18T21:05:00-07:00",
            "by": str(cast.dana.pk),
            "reason": "She was in the lobby",
            "before": before,
            "after": after,
        }
    ]
    assert (amended.json()["credited_minutes"], ledger["weeks"][0]["credited_minutes"]) == (153, 153)
    entry = TrailEntry.objects.get(action="amended")
    assert (entry.before, entry.after, entry.reason) == (before, after, "She was in the lobby")
    roster = client.get(f"{V1}sessions/{session.pk}/roster/").json()
    assert roster["rows"][0]["amendments"] == amended.json()["amendments"]


def test_two_tablets_change_different_fields_and_both_stay(cast: Cast, client_of: Clients) -> None:
    session = cast.session("2026-11-18 18:00")
    booking = cast.booked(cast.ana, session)
    address = f"{V1}sessions/{session.pk}/roster/"
    with time_machine.travel(LATER, tick=False):
        first, second = client_of(cast.dana), client_of(cast.cory)
        first.put(address, [{"booking": str(booking.pk), "status": "present"}])
        first.put(address, [{"booking": str(booking.pk), "arrived_at": "2026-11-19T01:12:00Z"}])
        said = second.put(address, [{"booking": str(booking.pk), "excuse_reason": "transport", "remark": "Bus"}]).json()
        stale = second.put(address, [{"booking": str(booking.pk), "status": "no_show"}], HTTP_IF_MATCH='"2"')
    row = said["rows"][0]
    shown = ("status", "arrived_at", "excuse_reason", "remark", "recorded_by")
    assert ([row[name] for name in shown], said["version"], stale.status_code) == (
        ["present", "2026-11-18T18:12:00-07:00", "transport", "Bus", str(cast.cory.pk)],
        3,
        412,
    )


def test_a_walk_in_is_booked_and_marked_in_one_step(cast: Cast, client_of: Clients) -> None:
    session = cast.session("2026-11-18 18:00")
    address, ben = f"{V1}sessions/{session.pk}/roster/walk-ins/", cast.patient("Ben Carter")
    with time_machine.travel(at("2026-11-18 18:12"), tick=False):
        client = client_of(cast.dana)
        refused = client.post(address, {"patient": str(ben.pk)})
        body = {"patient": str(ben.pk), "override_reason": "Makes up for Monday"}
        added = client.post(address, body, HTTP_IDEMPOTENCY_KEY="tablet-1")
        again = client.post(address, body, HTTP_IDEMPOTENCY_KEY="tablet-1")
        unseen = client.post(address, {**body, "patient": "999999"})
        theirs = client_of(cast.ana.user).post(address, body)
    assert (refused.status_code, refused.json()["code"]) == (409, "session_started")
    row = added.json()["rows"][0]
    assert [row[name] for name in ("patient", "status", "arrived_at", "credited_minutes")] == [
        str(ben.pk),
        "present",
        "2026-11-18T18:12:00-07:00",
        168,
    ]
    assert (added.status_code, again.json(), added["ETag"]) == (201, added.json(), '"1"')
    assert (unseen.status_code, theirs.status_code) == (404, 403)


def test_an_excuse_says_who_when_before_or_after_and_with_what(cast: Cast, client_of: Clients) -> None:
    session = cast.session("2026-11-18 18:00")
    booking = cast.booked(cast.ana, session)
    excuse = {
        "booking": str(booking.pk),
        "status": "excused",
        "excuse_reason": "court",
        "excuse_given_by": "court",
        "excuse_given_at": "2026-11-17T16:10:00-07:00",
        "document_seen": True,
    }
    with time_machine.travel(LATER, tick=False):
        row = client_of(cast.dana).put(f"{V1}sessions/{session.pk}/roster/", [excuse]).json()["rows"][0]
    assert {name: row[name] for name in excuse} == excuse
    assert row["excuse_before_session"] is True
    kept = TrailEntry.objects.get(action="marked").after
    assert kept is not None
    assert {name: kept[name] for name in ("excuse_given_by", "excuse_given_at", "document_seen")} == {
        "excuse_given_by": "court",
        "excuse_given_at": "2026-11-17T23:10:00+00:00",
        "document_seen": True,
    }


def test_flags(cast: Cast, client_of: Clients) -> None:
    flag = Flag.objects.create(
        patient=cast.ana,
        admission=cast.admission_of(cast.ana),
        week=WEEK,
        kind="at_risk",
        raised_at=NOW,
        facts={"shortfall_minutes": 45},
    )
    answer = {
        "id": str(flag.pk),
        "patient": str(cast.ana.pk),
        "patient_name": "Ana Reyes",
        "session": None,
        "week": "2026-11-16",
        "kind": "at_risk",
        "state": "open",
        "raised_at": "2026-11-18T08:02:00-07:00",
        "facts": {"shortfall_minutes": 45},
        "assigned_to": None,
        "resolution": None,
    }
    client = client_of(cast.cory)
    page = {"results": [answer], "next": None, "previous": None}
    assert client.get(f"{V1}flags/").json() == page
    assert client.get(f"{V1}flags/?kind=at_risk&state=open&week=2026-11-22&patient={cast.ana.pk}").json() == page
    assert client.get(f"{V1}flags/?week=2026-11-23").json()["results"] == []
    assert client.get(f"{V1}flags/{flag.pk}/").json() == answer
    assert client_of(cast.ana.user).get(f"{V1}flags/").json()["results"] == []
