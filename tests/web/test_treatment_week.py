"""The page of one week as evidence."""

import time_machine
from django.test import Client

from attendance.models import AttendanceRecord
from attendance.services.amending import amend
from attendance.services.closing import close_due_weeks
from attendance.services.roster import RosterRow
from people.models import TrailEntry
from tests.attendance.services.test_closing import OVER, _attended, _counted, _week
from tests.cast import Cast
from tests.web.reading import Page, open_page

LATER = OVER.replace(hour=20)


def _page(client: Client, cast: Cast) -> Page:
    return open_page(client, f"/weeks/{_week(cast).pk}/")


@time_machine.travel(LATER, tick=False)
def test_an_auditor_sees_the_frozen_week_each_revision_and_who_touched_it(cast: Cast, client: Client) -> None:
    booking = _attended(cast, "2026-11-18 18:00", status="no_show")
    _counted(cast)
    close_due_weeks(now=OVER)
    record = AttendanceRecord.objects.get(booking=booking)
    amend(record, RosterRow(booking.pk, "present"), "She sat in the other room", actor=cast.dana, now=LATER)
    client.force_login(cast.ada)
    text = _page(client, cast).words
    for words in (
        "Closed with 3 h of 9 h",
        "1. Closed",
        "2. A record was amended",
        "“She sat in the other room”",
        "attended: before: 0 h 3 h",
        "No-show −180 not there 180 0",
        "Present 180 180",
        "Roster signed",
        "Week closed",
        "Amended",
    ):
        assert words in text, words
    assert "Judge it again" not in text
    assert TrailEntry.objects.filter(actor_id=cast.ada.pk, subject_type="treatmentweek").count() == 1


@time_machine.travel(LATER, tick=False)
def test_a_coordinator_closes_and_judges_again(cast: Cast, client: Client) -> None:
    _attended(cast, "2026-11-18 18:00")
    _counted(cast)
    client.force_login(cast.cory)
    assert "Close the week" in _page(client, cast).words
    client.post(f"/weeks/{_week(cast).pk}/close/")
    assert _week(cast).closed_at == LATER
    client.post(f"/weeks/{_week(cast).pk}/revise/", {"reason": ""})
    assert "Say why the week is judged again." in _page(client, cast).words
    client.post(f"/weeks/{_week(cast).pk}/revise/", {"reason": "Looked twice"})
    assert "Nothing differs from what was closed." in _page(client, cast).words
    assert _week(cast).revision == 1


@time_machine.travel(LATER, tick=False)
def test_an_unsigned_roster_is_named_and_keeps_the_week_open(cast: Cast, client: Client) -> None:
    booking = _attended(cast, "2026-11-18 18:00", signed=False)
    _counted(cast)
    client.force_login(cast.cory)
    client.post(f"/weeks/{_week(cast).pk}/close/")
    page = _page(client, cast)
    assert "1 roster is not signed yet" in page.words
    assert f"/sessions/{booking.session_id}/roster/" in "".join(page.links)
