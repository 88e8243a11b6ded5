"""The screen at a site's door: a code of the moment, to type or to scan. It shows nobody's name."""

from datetime import timedelta

import segno
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.signing import BadSignature, TimestampSigner
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from attendance.services.check_in import code_at_door
from people.models import Site, User
from web.views.staff import find, now, user_of

PASS = TimestampSigner(salt="web.door")
LONGEST_SILENCE = timedelta(hours=12)
"""A screen goes on, whatever becomes of the sign-in, as long as it asks at least so often."""


@require_safe
def door(request: HttpRequest, site_id: int) -> HttpResponse:
    """The page for the screen, to whoever may put it up; the code alone to a screen that was put up (`?screen=`)."""
    owner = _owner(request.GET.get("screen", ""), site_id)
    if owner is not None:
        return _shown(request, owner, site_id, "door/_code.html")
    return _put_up(request, site_id=site_id)


@login_required
def _put_up(request: HttpRequest, *, site_id: int) -> HttpResponse:
    return _shown(request, user_of(request), site_id, "door/page.html")


def _owner(screen: str, site_id: int) -> User | None:
    """Who put up the screen that asks with this pass; None without one, and for one of another site or too old."""
    try:
        site, pk = PASS.unsign(screen, max_age=LONGEST_SILENCE).split(":")
    except BadSignature:
        return None
    return User.objects.filter(pk=pk, is_active=True).first() if site == str(site_id) else None


def _shown(request: HttpRequest, user: User, site_id: int, template: str) -> HttpResponse:
    site: Site = find(Site.objects.visible_to(user), site_id)
    if not user.has_perm("attendance.show_door", site):
        raise PermissionDenied
    code = code_at_door(site, now=now())
    address = request.build_absolute_uri(reverse("check-in"))
    context = {
        "site": site,
        "code": f"{code[:3]} {code[3:]}",
        "qr": qr_of(f"{address}?code={code}"),
        "address": address.partition("://")[2],
        "screen": PASS.sign(f"{site.pk}:{user.pk}"),
    }
    response = render(request, template, context)
    response.headers["Cache-Control"] = "private, no-store"
    return response


def qr_of(text: str) -> str:
    """The text as a QR code: an SVG without size or style of its own."""
    drawn = segno.make(text, error="m").svg_inline(
        omitsize=True, svgclass="door-qr", lineclass=None, title=_("A code to scan with a phone"), border=4
    )
    return mark_safe(drawn)  # noqa: S308  (drawn by the library from squares; the title is ours)
