"""Making, changing, rotating and revoking feeds: bad input changes nothing, and every change is in the trail."""

from datetime import timedelta

import pytest

from notifications.models import CalendarFeed
from notifications.permissions import owns_feed
from notifications.services.feeds import change_feed, create_feed, revoke_feed, rotate_feed
from people.errors import InvalidInput
from people.models import TrailEntry
from tests.cast import NOW, Cast
from tests.notifications.builders import account_of
from tests.notifications.reading import fetch

LATER = NOW + timedelta(hours=1)


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"name": "x" * 61}, ["name"]),
        ({"detail": "everything"}, ["detail"]),
        ({"alarm_minutes": -1}, ["alarm_minutes"]),
        ({"alarm_minutes": 7 * 24 * 60 + 1}, ["alarm_minutes"]),
        ({"color": "#123456"}, ["color"]),
        (
            {"name": "x" * 61, "detail": "", "alarm_minutes": -5, "color": "mud"},
            ["alarm_minutes", "color", "detail", "name"],
        ),
    ],
)
def test_bad_input_names_its_fields_and_writes_nothing(cast: Cast, fields: dict[str, object], named: list[str]) -> None:
    patient = cast.ana
    trail = TrailEntry.objects.count()
    with pytest.raises(InvalidInput) as refused:
        create_feed(patient, actor=None, now=NOW, **fields)  # type: ignore[arg-type]
    assert sorted(refused.value.errors) == named
    assert (CalendarFeed.objects.count(), TrailEntry.objects.count()) == (0, trail)


def test_defaults(cast: Cast) -> None:
    feed, _ = create_feed(cast.ana, actor=None, now=NOW)
    row = CalendarFeed.objects.values().get()
    assert row == {
        "id": feed.pk,
        "patient_id": cast.ana.pk,
        "name": "Appointments",
        "detail": "appointment",
        "alarm_minutes": None,
        "color": "",
        "token_hash": feed.token_hash,
        "version": 1,
        "changed_at": NOW,
        "created_at": NOW,
        "revoked_at": None,
        "last_fetched_at": None,
    }


def test_a_name_is_one_line(cast: Cast) -> None:
    feed, url = create_feed(cast.ana, name=" My\r\nX-EVIL:1\x00  week ", actor=None, now=NOW)
    assert feed.name == "My X-EVIL:1 week"
    assert b"\nX-EVIL" not in fetch(url).content


def test_a_change_of_nothing_but_spaces_is_refused(cast: Cast) -> None:
    feed, _ = create_feed(cast.ana, actor=None, now=NOW)
    with pytest.raises(InvalidInput) as refused:
        change_feed(feed, name=" \n", detail="busy", alarm_minutes=None, actor=None, now=LATER)
    assert sorted(refused.value.errors) == ["name"]
    assert CalendarFeed.objects.get().detail == "appointment"


def test_every_change_is_in_the_trail_without_name_or_secret(cast: Cast) -> None:
    user = account_of(cast.ana)
    feed, _ = create_feed(cast.ana, name="Secret name", actor=user, now=NOW)
    change_feed(feed, name="Other name", detail="busy", alarm_minutes=5, actor=user, now=LATER)
    rotate_feed(feed, actor=user, now=LATER)
    revoke_feed(feed, actor=user, now=LATER)
    revoke_feed(feed, actor=user, now=LATER)
    rows = TrailEntry.objects.filter(subject_type="calendarfeed").order_by("id")
    assert [(row.action, row.actor_id, row.patient_id, row.before, row.after) for row in rows] == [
        ("feed_created", user.pk, cast.ana.pk, None, {"detail": "appointment", "alarm_minutes": None}),
        (
            "feed_changed",
            user.pk,
            cast.ana.pk,
            {"detail": "appointment", "alarm_minutes": None},
            {"detail": "busy", "alarm_minutes": 5},
        ),
        ("feed_rotated", user.pk, cast.ana.pk, None, None),
        ("feed_revoked", user.pk, cast.ana.pk, None, None),
    ]


def test_what_was_revoked_stays_so(cast: Cast) -> None:
    feed, _ = create_feed(cast.ana, actor=None, now=NOW)
    revoke_feed(feed, actor=None, now=NOW)
    with pytest.raises(InvalidInput):
        rotate_feed(feed, actor=None, now=LATER)
    assert CalendarFeed.objects.get().revoked_at == NOW


def test_a_feed_is_seen_by_its_owner_alone(cast: Cast) -> None:
    feed, _ = create_feed(cast.ana, actor=None, now=NOW)
    people = (account_of(cast.ana), account_of(cast.ben), cast.dana, cast.cory, cast.dirk, cast.ada, cast.stranger)
    seen = [list(CalendarFeed.objects.visible_to(user)) == [feed] for user in people]
    assert seen == [True, False, False, False, False, False, False]
    assert [owns_feed(user, feed) for user in people] == seen


def test_the_path_leaves_room_for_a_long_host_within_200_characters(cast: Cast) -> None:
    _, path = create_feed(cast.ana, actor=None, now=NOW)
    assert (path.startswith("/calendar/"), path.endswith(".ics"), len(path) <= 60) == (True, True, True)


def test_the_rights_are_known_to_every_page_and_resource(cast: Cast) -> None:
    feed, _ = create_feed(cast.ana, actor=None, now=NOW)
    people = (account_of(cast.ana), account_of(cast.ben), cast.cory)
    assert [user.has_perm("notifications.change_feed", feed) for user in people] == [True, False, False]
    assert [user.has_perm("notifications.change_feed") for user in people] == [True, True, False]
