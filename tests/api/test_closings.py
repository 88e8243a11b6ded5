"""Closing a week, judging it again, and reading what was put down."""

import time_machine

from attendance.models import TreatmentWeek
from tests.api.conftest import Clients
from tests.attendance.services.test_closing import OVER, _attended, _counted, _week
from tests.cast import Cast

LATER = OVER.replace(hour=20)


@time_machine.travel(LATER, tick=False)
def test_a_week_is_closed_read_and_judged_again(cast: Cast, client_of: Clients) -> None:
    booking = _attended(cast, "2026-11-18 18:00")
    _counted(cast)
    week = _week(cast)
    cory = client_of(cast.cory)
    closed = cory.post(f"/api/v1/weeks/{week.pk}/close/").json()
    assert (closed["closed_at"], closed["revision"], closed["status"]) == ("2026-11-23T13:00:00-07:00", 1, "below")
    (revision,) = cory.get(f"/api/v1/weeks/{week.pk}/revisions/").json()["results"]
    assert {name: revision[name] for name in ("number", "cause", "reason", "by", "unsigned_sessions")} == {
        "number": 1,
        "cause": "closed",
        "reason": None,
        "by": str(cast.cory.pk),
        "unsigned_sessions": [],
    }
    assert (revision["figures"]["credited_minutes"], revision["records"][0]["booking"]) == (180, booking.pk)
    refused = cory.post(f"/api/v1/weeks/{week.pk}/revise/", {})
    assert (refused.status_code, set(refused.json()["errors"])) == (400, {"reason"})
    again = cory.post(f"/api/v1/weeks/{week.pk}/revise/", {"reason": "Looked twice"})
    assert (again.status_code, again.json()["revision"]) == (200, 1)


@time_machine.travel(LATER, tick=False)
def test_an_open_week_is_not_judged_again_and_an_unsigned_one_not_closed(cast: Cast, client_of: Clients) -> None:
    booking = _attended(cast, "2026-11-18 18:00", signed=False)
    _counted(cast)
    week = _week(cast)
    cory = client_of(cast.cory)
    open_ = cory.post(f"/api/v1/weeks/{week.pk}/revise/", {"reason": "Why not"})
    assert (open_.status_code, open_.json()["code"]) == (409, "week_open")
    refused = cory.post(f"/api/v1/weeks/{week.pk}/close/")
    assert (refused.status_code, refused.json()["code"]) == (409, "roster_incomplete")
    assert refused.json()["unsigned"] == [str(booking.session_id)]


@time_machine.travel(LATER, tick=False)
def test_who_may_only_look_closes_nothing(cast: Cast, client_of: Clients) -> None:
    _attended(cast, "2026-11-18 18:00")
    _counted(cast)
    week = _week(cast)
    for user in (cast.ada, cast.ana.user):
        assert client_of(user).post(f"/api/v1/weeks/{week.pk}/close/").status_code == 403
    assert TreatmentWeek.objects.get(pk=week.pk).closed_at is None
