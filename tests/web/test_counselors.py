"""Counselors' pages: their week and times, a day away, slots, and covering a session."""

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from people.models import Counselor, CounselorCredential, TrailEntry
from people.services.counselors import Credential, ProfileFields, change_profile
from scheduling.enums import SessionState
from scheduling.models import Booking, CounselorAvailability, Session, TimeOff
from scheduling.services.counselor_times import AvailabilityFields, add_availability, add_time_off
from tests.cast import NOW, Cast, at
from tests.web.reading import open_page, press

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _wednesday_morning() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def counselor(cast: Cast, name: str = "Marco Lenz") -> Counselor:
    row = Counselor.objects.create(name=name)
    row.sites.add(cast.site)
    return row


def words(client: Client, path: str) -> str:
    page = open_page(client, path)
    assert page.status == 200, path
    return re.sub(r"\s+", " ", page.words.replace("\u00a0", " "))


def off_on_thursday(cast: Cast) -> TimeOff:
    return add_time_off(
        cast.dana_counselor, starts_at=at("2026-11-19 00:00"), ends_at=at("2026-11-20 00:00"), actor=None, now=NOW
    )


# --- the list and the page ---


@pytest.mark.parametrize("number", [1, 12])
def test_the_list_costs_the_same_however_many_there_are(number: int, cast: Cast, client: Client) -> None:
    cast.session("2026-11-19 18:00")
    off_on_thursday(cast)
    for one in range(number):
        change_profile(
            counselor(cast, f"Counselor {one}"), ProfileFields(credentials=(Credential("LAC"),)), actor=None, now=NOW
        )
    client.force_login(cast.cory)
    with CaptureQueriesContext(connection) as queries:
        said = words(client, "/counselors/")
    assert len(queries) == 10
    assert "1 session needs a counselor" in said
    assert "Dana Keller" in said


def test_a_page_shows_the_week_the_times_and_what_needs_somebody(cast: Cast, client: Client) -> None:
    cast.session("2026-11-19 18:00")
    profile = ProfileFields(("en", "es"), 360, (Credential("LAC", valid_until=date(2027, 6, 30)),))
    change_profile(cast.dana_counselor, profile, actor=None, now=NOW)
    hours = AvailabilityFields(cast.site, "2026-11-16T13:00", "2026-11-16T21:00", "FREQ=WEEKLY;BYDAY=MO,TH")
    add_availability(cast.dana_counselor, hours, actor=None, now=NOW)
    off_on_thursday(cast)
    client.force_login(cast.cory)
    said = words(client, f"/counselors/{cast.dana_counselor.pk}/")
    for part in (
        "1 session of Dana K. needs somebody",
        "LAC until 30 Jun 2027 · English and Spanish · 6 h a day at most",
        "Mon, Thu · 1–9 pm",
        "19 Nov",
        "1 session to cover",
    ):
        assert part in said
    client.force_login(cast.dana)
    own = words(client, f"/counselors/{cast.dana_counselor.pk}/")
    assert "Enter time off" in own
    assert "Change the profile" not in own
    client.force_login(cast.ada)
    assert "Enter time off" not in words(client, f"/counselors/{cast.dana_counselor.pk}/")


# --- hours and profile ---


def test_hours_are_typed_ended_and_removed(cast: Cast, client: Client) -> None:
    client.force_login(cast.dana)
    page = f"/counselors/{cast.dana_counselor.pk}/"
    typed: dict[str, Any] = {
        "site": cast.site.pk,
        "days": ["TH", "MO"],
        "starts": "13:00",
        "ends": "18:00",
        "every": "2",
    }
    refused = client.post(f"{page}hours/", typed)
    assert (refused.status_code, CounselorAvailability.objects.count()) == (400, 0)
    client.post(f"{page}hours/", {**typed, "starts_on": "2026-11-16"})
    row = CounselorAvailability.objects.get()
    assert (row.rrule, row.starts_at_local, row.ends_at_local, row.ends_on) == (
        "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TH",
        "2026-11-16T13:00",
        "2026-11-16T18:00",
        None,
    )
    client.post(f"{page}hours/{row.pk}/", {"do": "end", "ends_on": "2026-12-31"})
    row.refresh_from_db()
    assert row.ends_on == date(2026, 12, 31)
    client.post(f"{page}hours/{row.pk}/", {})
    assert CounselorAvailability.objects.count() == 0


def test_time_off_that_is_gone_by_the_lock_leads_nowhere(
    cast: Cast, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    off = add_time_off(
        cast.dana_counselor, starts_at=at("2026-11-24 08:00"), ends_at=at("2026-11-24 18:00"), actor=None, now=NOW
    )
    locks = "scheduling.services.counselor_times.lock_counselors"
    monkeypatch.setattr(locks, lambda ids: TimeOff.objects.all().delete())
    client.force_login(cast.cory)
    answer = client.post(f"/counselors/{cast.dana_counselor.pk}/time-off/{off.pk}/remove/")
    assert (answer.status_code, "errors/404.html" in [one.name for one in answer.templates]) == (404, True)


@pytest.mark.parametrize(
    ("starts", "ends", "is_kept"),
    [
        ("14:00", "12:00", False),
        ("09:00", "09:00", False),
        ("14:00", "00:00", True),
        ("00:00", "00:00", True),
        ("20:00", "10:00", True),
    ],
)
def test_hours_that_end_before_they_start_are_a_night_or_a_slip(
    cast: Cast, client: Client, starts: str, ends: str, is_kept: bool
) -> None:
    client.force_login(cast.cory)
    typed = {
        "days": ["SA"],
        "starts": starts,
        "ends": ends,
        "every": "1",
        "starts_on": "2026-11-20",
        "site": str(cast.site.pk),
    }
    said = client.post(f"/counselors/{cast.dana_counselor.pk}/hours/", typed)
    assert ("This ends before it starts" in said.content.decode()) is not is_kept
    assert CounselorAvailability.objects.exists() is is_kept


def test_hours_past_midnight_end_on_the_next_day(cast: Cast, client: Client) -> None:
    client.force_login(cast.cory)
    typed = {"site": cast.site.pk, "days": ["FR"], "starts": "20:00", "ends": "00:30", "every": "1"}
    client.post(f"/counselors/{cast.dana_counselor.pk}/hours/", {**typed, "starts_on": "2026-11-20"})
    assert CounselorAvailability.objects.get().ends_at_local == "2026-11-21T00:30"


def test_a_coordinator_keeps_the_profile(cast: Cast, client: Client) -> None:
    address = f"/counselors/{cast.dana_counselor.pk}/profile/"
    typed: dict[str, Any] = {
        "languages": ["en", "es"],
        "daily_maximum_minutes": "360",
        "credential-TOTAL_FORMS": "2",
        "credential-INITIAL_FORMS": "0",
        "credential-0-code": "lac",
        "credential-0-number": "A 12",
        "credential-0-valid_until": "2027-06-30",
    }
    client.force_login(cast.dana)
    assert client.post(address, typed).status_code == 403
    client.force_login(cast.cory)
    assert client.post(address, typed).status_code == 302
    held = CounselorCredential.objects.get()
    assert (held.code, held.number, held.valid_until) == ("LAC", "A 12", date(2027, 6, 30))
    assert "Dana K." in words(client, address)
    assert client.post(address, {**typed, "credential-0-code": "a;b"}).status_code == 400


# --- a day away ---


def test_a_day_away_is_shown_and_done_in_one_step(cast: Cast, client: Client) -> None:
    morning, evening = cast.session("2026-11-19 09:00"), cast.session("2026-11-19 18:00")
    marco = counselor(cast)
    cast.booked(cast.ana, evening)
    client.force_login(cast.cory)
    address = f"/counselors/{cast.dana_counselor.pk}/away/"
    assert "When is Dana K. away?" in words(client, address)
    assert "Somebody is free for all 2 sessions of Dana K." in words(client, f"{address}?first=2026-11-19")
    done = client.post(
        address,
        {
            "first": "2026-11-19",
            "last": "2026-11-19",
            "reason": "Flu",
            f"session-{morning.pk}": str(marco.pk),
            f"session-{evening.pk}": "cancel",
        },
    )
    assert (done.status_code, done["Location"]) == (302, f"/sessions/{evening.pk}/cover/")
    row = TimeOff.objects.get()
    assert (row.starts_at, row.ends_at, row.reason) == (at("2026-11-19 00:00"), at("2026-11-20 00:00"), "Flu")
    assert list(morning.counselors.all()) == [marco]
    assert Session.objects.get(pk=evening.pk).state == SessionState.CANCELLED


def test_a_counselor_enters_their_own_but_calls_nothing_off(cast: Cast, client: Client) -> None:
    evening = cast.session("2026-11-19 18:00")
    client.force_login(cast.dana)
    address = f"/counselors/{cast.dana_counselor.pk}/away/"
    said = words(client, f"{address}?first=2026-11-19")
    assert "Nobody is free for 1 of 1 session" in said
    assert "Call it off" not in said
    typed = {"first": "2026-11-19", f"session-{evening.pk}": "cancel"}
    assert client.post(address, typed).status_code == 404
    assert TimeOff.objects.count() == 0
    assert client.post(address, {"first": "2026-11-19", f"session-{evening.pk}": ""}).status_code == 302
    row = TimeOff.objects.get()
    client.post(f"/counselors/{cast.dana_counselor.pk}/time-off/{row.pk}/remove/")
    assert TimeOff.objects.count() == 0


def test_what_somebody_leads_at_another_site_is_that_sites_to_cover(cast: Cast, client: Client) -> None:
    cast.dana_counselor.sites.add(cast.other_site)
    elsewhere = cast.session("2026-11-19 18:00", program=cast.other_program, site=cast.other_site, focus="", room=False)
    marco = counselor(cast)
    marco.sites.add(cast.other_site)
    address = f"/counselors/{cast.dana_counselor.pk}/away/?first=2026-11-19"
    client.force_login(cast.cory)
    assert "Dana K. leads nothing then" in words(client, address)
    typed = {"first": "2026-11-19", f"session-{elsewhere.pk}": str(marco.pk)}
    assert client.post(address, typed).status_code == 302
    assert list(elsewhere.counselors.all()) == [cast.dana_counselor]
    client.force_login(cast.stranger)
    assert "Somebody is free for the session of Dana K." in words(client, address)


def test_what_time_off_still_leaves_open_is_covered_later(cast: Cast, client: Client) -> None:
    evening, marco = cast.session("2026-11-19 18:00"), counselor(cast)
    row = off_on_thursday(cast)
    client.force_login(cast.cory)
    address = f"/counselors/{cast.dana_counselor.pk}/away/?first=2026-11-19&last=2026-11-19&off={row.pk}"
    assert address.replace("&", "&amp;") in client.get(f"/counselors/{cast.dana_counselor.pk}/").content.decode()
    client.post(address, {"first": "2026-11-19", "off": str(row.pk), f"session-{evening.pk}": str(marco.pk)})
    assert (list(evening.counselors.all()), TimeOff.objects.count()) == ([marco], 1)


def test_a_day_away_says_what_was_looked_at_why_and_what_is_in_the_way(cast: Cast, client: Client) -> None:
    ana = cast.patient("Wen Zhao")
    morning, evening = cast.session("2026-11-19 09:00"), cast.session("2026-11-19 18:00")
    cast.booked(ana, morning)
    marco = counselor(cast)
    cast.session("2026-11-19 19:00", minutes=60, counselors=(marco,), room=False)
    client.force_login(cast.cory)
    base = f"/counselors/{cast.dana_counselor.pk}/away/?first=2026-11-19"
    page = open_page(client, f"{base}&last=2026-11-19")
    assert page.answer == "Nobody is free for 1 of 2 sessions"
    assert page.texts("summary")[-1:] == ["Thu 19 Nov, all day · change"]
    assert page.texts("div", "cover-who") == [
        "Thu 19 Nov, 9 am–noon Process group · Group · 1 person booked"
        " Marco L.: 4 h that day with it · no hours recorded",
        "Thu 19 Nov, 6–9 pm Process group · Group · 0 people booked"
        " Nobody is free at that time See why, and who would lose it : Thu 19 Nov, 6–9 pm",
    ]
    assert page.link("See why, and who would lose it : Thu 19 Nov, 6–9 pm") == f"/sessions/{evening.pk}/cover/"
    for more, said in (
        ("&last=2026-11-20&starts=12:00", "19–20 Nov, from noon on · change"),
        ("&ends=13:00", "Thu 19 Nov, until 1 pm · change"),
        ("&starts=08:00&ends=13:00", "Thu 19 Nov, 8 am–1 pm · change"),
    ):
        assert open_page(client, base + more).texts("summary")[-1:] == [said]


def test_of_several_called_off_together_every_list_is_at_hand(cast: Cast, client: Client) -> None:
    first, second = cast.session("2026-11-19 09:00"), cast.session("2026-11-19 18:00")
    for session in (first, second):
        cast.booked(cast.patient(), session)
    client.force_login(cast.cory)
    address = f"/counselors/{cast.dana_counselor.pk}/away/"
    typed = {"first": "2026-11-19", f"session-{first.pk}": "cancel", f"session-{second.pk}": "cancel"}
    after = client.post(address, typed)
    assert after["Location"] == f"/sessions/{first.pk}/cover/?with={first.pk},{second.pk}"
    page = open_page(client, after["Location"])
    assert (page.answer, page.link("Thu 19 Nov, 6–9 pm")) == (
        "1 person to call",
        f"/sessions/{second.pk}/cover/?with={first.pk},{second.pk}",
    )
    assert "Called off with it" not in words(client, f"/sessions/{first.pk}/cover/?with={first.pk},x,99999")


# --- slots ---


def test_slots_are_looked_at_before_they_are_made(cast: Cast, client: Client) -> None:
    hours = AvailabilityFields(cast.site, "2026-11-16T13:00", "2026-11-16T16:00", "FREQ=WEEKLY;BYDAY=TH")
    add_availability(cast.dana_counselor, hours, actor=None, now=NOW)
    cast.session("2026-11-19 14:30", minutes=30, room=False)
    client.force_login(cast.dana)
    address = f"/counselors/{cast.dana_counselor.pk}/slots/"
    typed: dict[str, Any] = {
        "site": cast.site.pk,
        "program": cast.program.pk,
        "starts_on": "2026-11-19",
        "ends_on": "2026-11-19",
        "minutes": "50",
        "pause_minutes": "10",
        "title": "One-to-one",
        "room": "",
        "mode": "in_person",
        "kept_for": "own",
    }
    shown = client.get(address, typed)
    said = re.sub(r"\s+", " ", shown.content.decode().replace("\u00a0", " "))
    assert "2 slots can be made" in said
    assert "A counselor has another session at that time" in said.split("What is left out, and why")[1]
    assert Session.objects.count() == 1
    assert client.post(address, typed).status_code == 302
    assert client.post(address, typed).status_code == 302
    slots = Session.objects.filter(kind="individual", capacity=1, counselors=cast.dana_counselor)
    assert set(slots.values_list("caseload_of", flat=True)) == {cast.dana_counselor.pk}
    assert slots.count() == 2
    client.post(address, {**typed, "minutes": "40", "kept_for": "all"})
    assert slots.filter(caseload_of=None).exists()


def test_a_slot_kept_for_ones_own_people_is_opened_to_everybody(cast: Cast, client: Client) -> None:
    jo, wen = counselor(cast), cast.patient("Wen Zhao", account=True)
    slot = cast.session("2026-11-19 14:00", minutes=60, capacity=1, kind="individual", counselors=(jo,), room=False)
    Session.objects.filter(pk=slot.pk).update(caseload_of=jo)
    on_thursday = "/book/?day=2026-11-19"
    client.force_login(wen.user)  # type: ignore[arg-type]
    assert "2 – 3 pm" not in words(client, on_thursday)
    client.force_login(cast.cory)
    for_wen = words(client, f"/patients/{wen.pk}/sessions/?week=2026-11-19")
    assert "kept for another counselor’s people" in for_wen
    page = open_page(client, f"/schedule/sessions/{slot.pk}/")
    assert f"Kept for the people of {jo.short_name}" in page.words
    assert "opens to everybody by itself" not in page.words
    cast.program.slots_open_before_hours = 24
    cast.program.save()
    again = words(client, f"/schedule/sessions/{slot.pk}/")
    assert "It opens to everybody by itself on Wed 18 Nov, 2 pm." in again
    opened = press(client, page.form("Open it to everybody"), f"/schedule/sessions/{slot.pk}/")
    assert opened.notices == ["done: Everybody in the program may book it now."]
    assert "Open it to everybody" not in words(client, f"/schedule/sessions/{slot.pk}/")
    client.force_login(wen.user)  # type: ignore[arg-type]
    assert "2 – 3 pm" in words(client, on_thursday)


# --- covering ---


def test_the_schedule_says_who_is_off_and_leads_to_the_cover(cast: Cast, client: Client) -> None:
    session = cast.session("2026-11-19 18:00")
    counselor(cast)
    off_on_thursday(cast)
    client.force_login(cast.cory)
    said = words(client, "/schedule/")
    assert "Thursday 6–9 pm, Room 4: Dana K. is off. 0 people booked. Marco L. is free and qualified." in said
    assert "Thursday 6 pm needs a counselor" in said
    assert f'href="/sessions/{session.pk}/cover/"' in client.get("/schedule/").content.decode()


@pytest.mark.parametrize("number", [1, 4])
def test_notices_cost_the_same_however_many_are_uncovered(number: int, cast: Cast, client: Client) -> None:
    cast.session("2026-11-18 12:00", minutes=60)
    counselor(cast)
    for day in range(number):
        cast.session(f"2026-11-{19 + day} 18:00", counselor=False)
    client.force_login(cast.cory)
    with CaptureQueriesContext(connection) as queries:
        client.get("/schedule/")
    assert len(queries) == 20


def test_a_session_is_given_away_with_one_tap(cast: Cast, client: Client) -> None:
    session, marco = cast.session("2026-11-19 18:00"), counselor(cast)
    booking = cast.booked(cast.ana, session)
    client.force_login(cast.dana)
    assert "I can’t lead it" not in words(client, "/today/")
    address = f"/sessions/{session.pk}/cover/"
    said = words(client, address)
    assert "Marco L. is free and qualified" in said
    assert "Ana Reyes" not in said  # she leads it: the list of whom to phone is the coordinator's
    done = client.post(
        address, {"do": "give", "substitute": marco.pk, "absent": cast.dana_counselor.pk, "override_reason": ""}
    )
    assert (done.status_code, done["Location"]) == (302, "/today/")
    assert list(session.counselors.all()) == [marco]
    assert Booking.objects.get(pk=booking.pk).live
    assert client.get(address).status_code == 403


def test_what_was_settled_meanwhile_is_said(cast: Cast, client: Client) -> None:
    session, marco = cast.session("2026-11-19 18:00"), counselor(cast)
    client.force_login(cast.cory)
    address = f"/sessions/{session.pk}/cover/"
    give = {"do": "give", "substitute": marco.pk, "absent": cast.dana_counselor.pk}
    client.post(address, give)
    again = client.post(address, give, follow=True)
    assert "Nothing was changed. Somebody else has seen to it meanwhile." in again.content.decode()
    assert list(session.counselors.all()) == [marco]


def test_a_reason_puts_somebody_on_it_outside_their_hours(cast: Cast, client: Client) -> None:
    session, marco = cast.session("2026-11-19 18:00"), counselor(cast)
    hours = AvailabilityFields(cast.site, "2026-11-16T08:00", "2026-11-16T12:00", "FREQ=DAILY")
    add_availability(marco, hours, actor=None, now=NOW)
    client.force_login(cast.cory)
    address = f"/sessions/{session.pk}/cover/"
    said = words(client, address)
    assert "Nobody is free at that time" in said
    assert "outside their hours" in said
    give = {"do": "give", "substitute": marco.pk, "absent": cast.dana_counselor.pk}
    client.post(address, give)
    assert list(session.counselors.all()) == [cast.dana_counselor]
    client.post(address, {**give, "override_reason": "He offered"})
    assert list(session.counselors.all()) == [marco]


def test_calling_off_leads_to_whom_to_call_and_books_what_makes_it_good(cast: Cast, client: Client) -> None:
    first, session, third = (cast.session(f"2026-11-{day} 18:00") for day in (18, 19, 20))
    for one in (first, session, third):
        cast.booked(cast.ana, one)
    spare = cast.session("2026-11-21 18:00")
    cast.ana.phone = "+13035550142"
    cast.ana.save()
    client.force_login(cast.cory)
    address = f"/sessions/{session.pk}/cover/"
    assert "1 person loses it. 1 can still make their week." in words(client, address)
    assert client.post(address, {"do": "cancel", "reason": "Flu"})["Location"] == address
    said = words(client, address)
    for part in ("1 person to call", "Ana Reyes", "Can still reach 9 h · Sat 6–9", "Book Sat 6–9", "303"):
        assert part in said
    assert TrailEntry.objects.filter(action="opened_patient", patient_id=cast.ana.pk).count() == 2
    client.post(address, {"do": "book", "patient": cast.ana.pk, "sessions": str(spare.pk)})
    assert Booking.objects.filter(patient=cast.ana, session=spare, live=True).count() == 1
    assert "Their week needs nothing more" in words(client, address)


def test_what_cannot_be_read_is_not_there(cast: Cast, client: Client) -> None:
    session = cast.session("2026-11-19 18:00")
    client.force_login(cast.cory)
    address = f"/sessions/{session.pk}/cover/"
    for typed in ({}, {"do": "give"}, {"do": "give", "substitute": "x"}, {"do": "book", "patient": "1"}):
        assert client.post(address, typed).status_code == 404
    away = f"/counselors/{cast.dana_counselor.pk}/away/"
    assert client.get(f"{away}?first=2026-11-19&off=x").status_code == 404
    assert client.get(f"{away}?first=2026-11-19&last=2026-11-01").status_code == 200
    assert client.get(f"/counselors/{cast.dana_counselor.pk}/?week=never").status_code == 200


def test_a_program_says_which_credentials_it_asks_for(cast: Cast, client: Client) -> None:
    address = f"/programs/{cast.program.pk}/"
    skills = cast.program.foci.get(code="skills")
    typed = {"required_credentials": "lac, LPC", f"focus-{skills.pk}": "EMDR"}
    client.force_login(cast.dana)
    assert "No credential is asked for." in words(client, address)
    assert client.post(f"{address}credentials/", typed).status_code == 403
    client.force_login(cast.cory)
    client.post(f"{address}credentials/", typed)
    cast.program.refresh_from_db()
    skills.refresh_from_db()
    assert (cast.program.required_credentials, skills.required_credentials) == (["LAC", "LPC"], ["EMDR"])
    assert "Whoever holds one of these: LAC · LPC" in words(client, address)
    client.post(f"{address}credentials/", {"required_credentials": "a;b"})
    cast.program.refresh_from_db()
    assert cast.program.required_credentials == ["LAC", "LPC"]


def test_a_change_outside_somebodys_hours_asks_why(cast: Cast, client: Client) -> None:
    session = cast.session("2026-11-19 18:00", counselor=False)
    hours = AvailabilityFields(cast.site, "2026-11-16T08:00", "2026-11-16T12:00", "FREQ=DAILY")
    add_availability(cast.dana_counselor, hours, actor=None, now=NOW)
    client.force_login(cast.cory)
    address = f"/schedule/sessions/{session.pk}/"
    put_on = {
        "do": "change",
        "only": "moved",
        "on": "2026-11-19",
        "at": "18:00",
        "counselors_named": "1",
        "counselors": str(cast.dana_counselor.pk),
    }
    shown = client.post(address, {**put_on, "step": "preview"}).content.decode().replace("\u00a0", " ")
    for part in (
        "This lies outside a counselor&#x27;s hours",
        "Dana Keller on Thu 19 Nov, 6 pm: outside their hours",
        'name="override_reason"',
        "Go on with this reason",
    ):
        assert part in shown
    assert client.post(address, {**put_on, "step": "apply"}).status_code == 409
    assert session.counselors.count() == 0
    done = client.post(address, {**put_on, "step": "apply", "override_reason": "She offered"})
    assert done.status_code == 302
    assert list(session.counselors.all()) == [cast.dana_counselor]


def test_a_new_series_leaves_somebody_out_where_that_is_ticked(cast: Cast, client: Client) -> None:
    off_on_thursday(cast)
    client.force_login(cast.cory)
    typed: dict[str, Any] = {
        "title": "Skills",
        "kind": "group",
        "starts_on": "2026-11-19",
        "at": "18:00",
        "duration_minutes": "180",
        "breaks": "",
        "capacity": "12",
        "days": ["TH"],
        "every": "1",
        "counselors": [str(cast.dana_counselor.pk)],
        "mode": "in_person",
    }
    address = f"/schedule/series/new/?program={cast.program.pk}&site={cast.site.pk}"
    refused = client.post(address, typed)
    assert refused.status_code == 400
    assert "Dana Keller is off at that time" in refused.content.decode()
    assert 'name="without_clashing"' in refused.content.decode()
    assert client.post(address, {**typed, "without_clashing": "1"}).status_code == 302
    led = [one.counselors.count() for one in Session.objects.order_by("starts_at")[:3]]
    assert led == [0, 1, 1]
