"""The board of a whole network, against the bare SQL that computes the same totals from the bookings."""

from datetime import date
from urllib.parse import urlsplit

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

TOTALS = """
SELECT admission.id, admission.patient_id,
       SUM(CASE WHEN booking.marked_at IS NOT NULL THEN booking.counted_minutes ELSE 0 END) AS credited,
       SUM(CASE WHEN booking.marked_at IS NULL THEN booking.counted_minutes ELSE 0 END) AS booked
  FROM people_admission AS admission
  LEFT JOIN scheduling_booking AS booking
    ON booking.admission_id = admission.id AND booking.live AND booking.week IN ({weeks})
 WHERE admission.admitted_on <= {last} AND (admission.discharged_on IS NULL OR admission.discharged_on >= {first})
 GROUP BY admission.id, admission.patient_id
"""
"""Each person's credited and booked minutes of the week: what a board without stored weeks would ask for."""


def measure(sizes: Sizes) -> list[Figure]:
    """Milliseconds for the first page of fifty, and for reading every page of two hundred, over the API."""
    user, today = _network_director(), local_date(timezone.now(), Site.objects.order_by("pk")[0].zone)
    _, token = AuthToken.objects.create(user)
    shown = board(user, week=today)
    people, weeks = shown.weeks.count(), sorted(set(shown.weeks.order_by().values_list("week", flat=True)))
    application, headers = Application(), {"Authorization": f"Bearer {token}"}

    def page(path: str) -> str | None:
        import json

        status, _, body = application.get(path, headers)
        if status != 200:
            raise AssertionError(f"the board answered {status}: {body[:300]!r}")
        following: str | None = json.loads(body)["next"]
        return following

    def every_page() -> None:
        path: str | None = f"/api/v1/weeks/?week={today}&limit=200"
        while path:
            following = page(path)
            path = following and "{0.path}?{0.query}".format(urlsplit(following))

    first = in_turns(lambda: page(f"/api/v1/weeks/?week={today}"), lambda: _totals(weeks), rounds=5 * sizes.rounds)
    whole = in_turns(every_page, lambda: _totals(weeks), rounds=sizes.rounds)
    return [
        of_times("board, first page", *first, n=people),
        of_times("board, every row over the API", *whole, n=people),
    ]


def _totals(weeks: list[date]) -> None:
    """Run the bare SQL and fetch every row of it."""
    from datetime import timedelta

    places = ", ".join(["%s"] * len(weeks))
    statement = TOTALS.format(weeks=places, first="%s", last="%s")
    with connection.cursor() as cursor:
        cursor.execute(statement, [*weeks, max(weeks) + timedelta(days=6), min(weeks)])
        cursor.fetchall()


def _network_director() -> User:
    """A director of every site there is."""
    user = User.objects.create_user("network@bench.example", name="Network")
    Membership.objects.bulk_create(Membership(user=user, role=Role.DIRECTOR, site=site) for site in Site.objects.all())
    return user
