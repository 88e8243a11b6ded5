"""A board's filters, kept under a name: one's own."""

from urllib.parse import parse_qsl

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from attendance.models import BoardFilter
from attendance.services.board_filters import drop_filter, keep_filter
from people.errors import Refusal
from web.notices import say_bad, say_done
from web.views.staff import find, must, staff_page, user_of


@staff_page
@require_POST
def filter_keep(request: HttpRequest) -> HttpResponse:
    """Keep what is on under a name; the same name again replaces it."""
    user = user_of(request)
    name, query = (request.POST.get(field, "").replace("\x00", "") for field in ("name", "query"))
    must(user, "attendance.see_board", user)
    try:
        kept = keep_filter(user, name, dict(parse_qsl(query.removeprefix("?"))))
    except Refusal as refused:
        say_bad(request, _("Nothing was kept. %(why)s") % {"why": str(refused.detail)})
    else:
        say_done(request, _("Kept as “%(name)s”.") % {"name": kept.name})
    return redirect(f"{reverse('compliance')}{query if query.startswith('?') else ''}")


@staff_page
@require_POST
def filter_drop(request: HttpRequest, filter_id: int) -> HttpResponse:
    """Forget one of one's own."""
    drop_filter(find(BoardFilter.objects.filter(user=user_of(request)), filter_id))
    say_done(request, _("The list is forgotten."))
    return redirect("compliance")
