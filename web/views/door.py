"""The screen at a site's door: a code of the moment, to type or to scan. It shows nobody's name."""

import segno
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from attendance.services.check_in import code_at_door
from people.models import Site
from web.views.staff import find, must, now, user_of


@login_required
@require_safe
def door(request: HttpRequest, site_id: int) -> HttpResponse:
    """The page for the screen; to htmx the code alone, which it asks for every few seconds."""
    site: Site = find(Site.objects.visible_to(user_of(request)), site_id)
    must(user_of(request), "attendance.show_door", site)
    code = code_at_door(site, now=now())
    address = request.build_absolute_uri(reverse("check-in"))
    context = {
        "site": site,
        "code": f"{code[:3]} {code[3:]}",
        "qr": qr_of(f"{address}?code={code}"),
        "address": address.partition("://")[2],
    }
    asked_by_script = bool(getattr(request, "htmx", False))
    return render(request, "door/_code.html" if asked_by_script else "door/page.html", context)


def qr_of(text: str) -> str:
    """The text as a QR code: an SVG without size or style of its own."""
    drawn = segno.make(text, error="m").svg_inline(
        omitsize=True, svgclass="door-qr", lineclass=None, title=_("A code to scan with a phone"), border=4
    )
    return mark_safe(drawn)  # noqa: S308  (drawn by the library from squares; the title is ours)
