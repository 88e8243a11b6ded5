"""What every staff page shares: who asks, the moment, finding what one sees, and refusing what one may not do."""

from collections.abc import Callable
from datetime import date, datetime
from functools import wraps
from typing import Any, cast

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone

from people.domain.time import local_date
from people.models import Patient, User
from people.queries import home_zone

LARGEST_ID = 2**63 - 1
"""A number that no database could hold as an id is no id."""

View = Callable[..., HttpResponseBase]


def staff_page(view: View) -> View:
    """Signed in, with any staff role at any site; anybody else who is signed in is refused (403).

    For pages about nothing in particular. One about a person or a session is `login_required`, finds it, and refuses
    only then, so that what is not seen stays 404.
    """

    @login_required
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        only_staff(user_of(request))
        return view(request, *args, **kwargs)

    return guarded


def user_of(request: HttpRequest) -> User:
    """Who asks; the page is behind sign-in."""
    return cast(User, request.user)


def now() -> datetime:
    """The moment of a request: views ask once, everything below is told."""
    return timezone.now()


def today_of(user: User, *, now: datetime) -> date:
    """The date where the account is at home."""
    return local_date(now, home_zone(user))


def find(rows: QuerySet[Any], pk: int) -> Any:
    """The row with the id. Raises Http404 for one that is not there or not seen."""
    found = rows.filter(pk=pk).first() if pk <= LARGEST_ID else None
    if found is None:
        raise Http404
    return found


def seen_person(request: HttpRequest, patient_id: int) -> Patient:
    """The person, for staff who see them. Raises Http404 for anybody else, and PermissionDenied for who is no staff."""
    person: Patient = find(Patient.objects.visible_to(user_of(request)), patient_id)
    only_staff(user_of(request))
    return person


def only_staff(user: User) -> None:
    """Raises PermissionDenied for one without any staff role: of what they see, this page is not theirs."""
    if not user.is_clinic_staff:
        raise PermissionDenied


def must(user: User, permission: str, thing: Any = None) -> None:
    """Raises PermissionDenied unless the account may do this with the thing."""
    if not user.has_perm(permission, thing):
        raise PermissionDenied
