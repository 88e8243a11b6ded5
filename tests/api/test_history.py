"""Who changed what, over the API: of a session, a series and a person."""

import pytest

from scheduling.services.booking import cancel
from scheduling.services.series_changes import Scope, SeriesEdit
from scheduling.services.series_edit import edit_series
from tests.api.conftest import Clients
from tests.cast import NOW, Cast
from tests.scheduling.services.series_builders import series_of

pytestmark = pytest.mark.django_db

V1 = "/api/v1/"


def test_a_session_and_its_series_tell_who_changed_what(cast: Cast, client_of: Clients) -> None:
    series = series_of(cast, weeks=1)
    edit = SeriesEdit(Scope.THIS, {"capacity": 9}, "2026-11-23T18:00", reason="smaller chairs")
    edit_series(series, edit, actor=cast.cory, now=NOW)
    session = series.sessions.get(occurrence_local="2026-11-23T18:00")
    client = client_of(cast.ada)
    (entry,) = client.get(f"{V1}sessions/{session.pk}/history/").json()["results"]
    before, after = entry.pop("before"), entry.pop("after")
    assert {name: (before[name], after[name]) for name in after if before[name] != after[name]} == {"capacity": (12, 9)}
    assert entry == {
        "id": entry["id"],
        "at": "2026-11-18T08:02:00-07:00",
        "action": "session_changed",
        "actor": str(cast.cory.pk),
        "actor_name": "Cory",
        "subject": "session",
        "subject_id": str(session.pk),
        "patient": None,
        "reason": "smaller chairs",
    }
    listed = client.get(f"{V1}series/{series.pk}/history/").json()["results"]
    assert [(one["action"], one["actor_name"]) for one in listed] == [
        ("session_changed", "Cory"),
        ("series_created", None),
    ]


def test_a_person_s_is_for_the_staff_who_see_them_and_tells_of_looks_where_asked(
    cast: Cast, client_of: Clients
) -> None:
    cancel(cast.booked(cast.ana, cast.session("2026-11-20 18:00")), actor=cast.ana.user, now=NOW, reason="Work")
    address = f"{V1}patients/{cast.ana.pk}/history/"
    client = client_of(cast.ada)
    told = [(one["action"], one["actor_name"], one["reason"]) for one in client.get(address).json()["results"]]
    assert told[:2] == [("cancelled", "Ana", "Work"), ("booked", None, None)]
    assert "opened_patient" in {one["action"] for one in client.get(f"{address}?looks=true").json()["results"]}
    assert client_of(cast.ana.user).get(address).status_code == 403
    assert client_of(cast.ben.user).get(address).status_code == 404


def test_who_leads_a_session_alone_does_not_read_the_site_s(cast: Cast, client_of: Clients) -> None:
    series = series_of(cast, weeks=1)
    session = series.sessions.latest("pk")
    for address in (f"sessions/{session.pk}/history/", f"series/{series.pk}/history/"):
        assert client_of(cast.dana).get(f"{V1}{address}").status_code == 403
