"""What somebody must act on: every flag that is not resolved, with the figures that raised it."""

from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from attendance.enums import FlagKind, FlagState
from attendance.queries import flags_for_display
from people.domain.time import local_date
from people.enums import Look
from people.queries import home_zone
from people.services.looks import record_look
from web.rows.flags import flag_row
from web.views.staff import now, staff_page, user_of

FLAGS_A_PAGE = 50


@staff_page
@require_safe
def flags(request: HttpRequest) -> HttpResponse:
    """The newest first, a page at a time, of one kind where asked. The look is recorded."""
    user, moment = user_of(request), now()
    active = flags_for_display(user).exclude(state=FlagState.RESOLVED)
    counts = dict(active.order_by().values_list("kind").annotate(number=Count("pk")))
    kind = request.GET.get("kind", "")
    shown = active.filter(kind=kind) if kind in FlagKind.values else active
    page = Paginator(shown, FLAGS_A_PAGE).get_page(request.GET.get("page"))
    record_look(Look.REPORT, ("flags", None), actor=user, now=moment)
    zone = home_zone(user)
    total = sum(counts.values())
    context = {
        "answer": ngettext("%(count)d flag is open", "%(count)d flags are open", total) % {"count": total}
        if total
        else _("Nothing needs you"),
        "kinds": [
            {"label": label, "count": counts[value], "url": f"?kind={value}", "active": value == kind}
            for value, label in FlagKind.choices
            if value in counts
        ],
        "all_active": kind not in FlagKind.values,
        "rows": [flag_row(flag, zone=zone, today=local_date(moment, zone)) for flag in page],
        "page": page,
        "query": f"kind={kind}&" if kind in FlagKind.values else "",
    }
    return render(request, "flags.html", context)
