"""Calendar feeds, preferences and messages over HTTP."""

from notifications.models import Message
from tests.api.conftest import Clients
from tests.cast import NOW, Cast

V1 = "/api/v1/"


def test_calendar_feeds_show_their_address_once(cast: Cast, client_of: Clients) -> None:
    client = client_of(cast.ana.user)
    made = client.post(f"{V1}calendar-feeds/", {"name": "Appointments", "detail": "appointment", "alarm_minutes": None})
    feed = made.json()
    url = feed.pop("url")
    assert made.status_code == 201
    assert url.startswith("http://testserver/calendar/")
    assert url.endswith(".ics")
    assert feed == {
        "id": feed["id"],
        "name": "Appointments",
        "detail": "appointment",
        "alarm_minutes": None,
        "color": None,
        "last_fetched_at": None,
        "revoked_at": None,
    }
    address = f"{V1}calendar-feeds/{feed['id']}/"
    assert client.get(address).json() == {**feed, "url": None}
    assert client.get(f"{V1}calendar-feeds/").json()["results"] == [{**feed, "url": None}]
    changed = client.patch(address, {"detail": "busy", "alarm_minutes": 60}).json()
    assert changed == {**feed, "url": None, "detail": "busy", "alarm_minutes": 60}
    rotated = client.post(f"{address}rotate/").json()
    assert rotated["url"] not in (None, url)
    paths = [shown.removeprefix("http://testserver") for shown in (rotated["url"], url)]
    assert [client.get(path, HTTP_ACCEPT="*/*").status_code for path in paths] == [200, 404]
    assert client.delete(address).status_code == 204
    assert client.get(address).json()["revoked_at"] == "2026-11-18T08:02:00-07:00"
    assert client.post(f"{address}rotate/").json()["code"] == "invalid"


def test_preferences(cast: Cast, client_of: Clients) -> None:
    for user in (cast.ana.user, cast.dana):
        client = client_of(user)
        defaults = {"email_enabled": True, "quiet_from": "21:00", "quiet_until": "08:00"}
        assert client.get(f"{V1}notification-preferences/").json() == defaults
        changed = client.patch(f"{V1}notification-preferences/", {"quiet_from": "22:30"}).json()
        assert changed == {**defaults, "quiet_from": "22:30"}
        assert client.get(f"{V1}notification-preferences/").json() == changed


def test_messages_are_seen_by_their_reader_and_the_sites_staff(cast: Cast, client_of: Clients) -> None:
    message = Message.objects.create(
        patient=cast.ana,
        kind="appointment",
        channel="email",
        contact="ana@example.org",
        language="en",
        subject="Your appointment",
        body="Tomorrow at 18:00.",
        message_id="<1@example.org>",
        due_at=NOW,
        created_at=NOW,
    )
    moment = "2026-11-18T08:02:00-07:00"
    answer = {
        "id": str(message.pk),
        "patient": str(cast.ana.pk),
        "kind": "appointment",
        "channel": "email",
        "language": "en",
        "subject": "Your appointment",
        "body": "Tomorrow at 18:00.",
        "state": "pending",
        "due_at": moment,
        "created_at": moment,
        "sent_at": None,
    }
    for user in (cast.ana.user, cast.cory):
        assert client_of(user).get(f"{V1}messages/?state=pending").json()["results"] == [answer]
    assert client_of(cast.ben.user).get(f"{V1}messages/").json()["results"] == []
