"""The board of a whole network, against the bare SQL that computes the same totals from the bookings."""

from collections.abc import Mapping
from datetime import date, timedelta

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection
from django.utils import timezone
from knox.models import AuthToken

from attendance.queries import board
from bench.figures import Figure, of_times
from bench.sizes import Sizes
from bench.timing import in_turns
from bench.wsgi import Application
from people.domain.time import local_date
from people.enums import Role
from people.models import Membership, Site, User
from people.queries import home_zone

TOTALS = """
SELECT admission.id, admission.patient_id,
       SUM(CASE WHEN booking.marked_at IS NOT NULL THEN booking.counted_minutes ELSE 0 END) AS credited,
       SUM(CASE WHEN booking.marked_at IS NULL THEN booking.counted_minutes ELSE 0 END) AS booked
  FROM people_admission AS admission
  LEFT JOIN scheduling_booking AS booking
    ON booking.admission_id = admission.id AND booking.live AND booking.week IN ({weeks})
 WHERE admission.admitted_on <= %s AND (admission.discharged_on IS NULL OR admission.discharged_on >= %s)
 GROUP BY admission.id, admission.patient_id
"""
"""Each person's credited and booked minutes of the week: what a board without stored weeks would ask for."""


def measure(sizes: Sizes) -> list[Figure]:
    """Milliseconds for the page that a director of every site opens, and for the first page of it over the API.

    Rows carry target, status, bookable minutes, trend and flags beside the totals that the floor computes.
    """
    know_the_tables()
    user = network_director()
    today = local_date(timezone.now(), home_zone(user))
    weeks = board(user, week=today).weeks.order_by()
    people, dates = weeks.count(), sorted(set(weeks.values_list("week", flat=True)))
    if people < sizes.patients // 2:
        raise AssertionError(f"{people} people on the board of {sizes.patients}")
    reader, path = Reader(user), f"/api/v1/weeks/?week={today}"

    rounds = 3 * sizes.rounds
    page = in_turns(lambda: reader.page("/compliance/"), lambda: totals(dates), rounds=rounds)
    first = in_turns(lambda: reader.api(path), lambda: totals(dates), rounds=rounds)
    return [
        of_times("board, the page", *page, n=people),
        of_times("board, API, first page", *first, n=people),
    ]


class Reader:
    """One who is signed in to the pages, and holds a token for the API."""

    def __init__(self, user: User) -> None:
        _, token = AuthToken.objects.create(user)
        self._application = Application()
        self._token = {"Authorization": f"Bearer {token}"}
        self._cookie = {"Cookie": f"{settings.SESSION_COOKIE_NAME}={_signed_in(user)}"}

    def page(self, path: str) -> None:
        self._get(path, self._cookie)

    def api(self, path: str) -> None:
        self._get(path, self._token)

    def _get(self, path: str, headers: Mapping[str, str]) -> bytes:
        status, _, body = self._application.get(path, headers)
        if status != 200:
            raise AssertionError(f"{path} answered {status}: {body[:300]!r}")
        return body


def totals(weeks: list[date]) -> None:
    """Run the bare SQL and fetch every row of it."""
    statement = TOTALS.format(weeks=", ".join(["%s"] * len(weeks)))
    with connection.cursor() as cursor:
        cursor.execute(statement, [*weeks, max(weeks) + timedelta(days=6), min(weeks)])
        cursor.fetchall()


def know_the_tables() -> None:
    """What autovacuum has long done on a live PostgreSQL; a table just filled has no statistics yet."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")


def network_director() -> User:
    """A director of every site there is."""
    user = User.objects.create_user("network@bench.example", name="Network")
    Membership.objects.bulk_create(Membership(user=user, role=Role.DIRECTOR, site=site) for site in Site.objects.all())
    return user


def _signed_in(user: User) -> str:
    """The key of a session as signing in leaves it."""
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    return str(session.session_key)
