"""The mail that an embedded clinic wrote to files instead of sending it (debug only)."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from notifications.outbox import read_outbox
from web.views.staff import staff_page


@staff_page
@require_safe
def outbox(request: HttpRequest) -> HttpResponse:
    """The latest hundred, newest first; 404 outside debug mode."""
    if not settings.DEBUG:
        raise Http404
    return render(request, "outbox.html", {"mails": read_outbox()})
