"""A session that somebody is wanted for: handed over with one tap, or called off and made good person by person."""

from datetime import datetime

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from attendance.services.weeks import recount_patient
from people.enums import Look
from people.errors import Refusal
from people.models import Counselor, Patient, User
from people.services.looks import record_looks
from scheduling.enums import SessionState
from scheduling.models import Booking, Session
from scheduling.queries import for_display
from scheduling.services.book_all import book_all
from scheduling.services.cover import cover_of
from scheduling.services.handover import MOST_AT_ONCE, Handover, hand_over
from scheduling.services.losses import losses_of
from scheduling.services.sessions import cancel_session
from web.forms.counselors import BookForm, CallOffForm, GiveForm
from web.forms.ids import ids_of
from web.notices import say_bad, say_done
from web.rows.away import called_off_beside
from web.rows.covers import cover_view
from web.views.board_repair import nothing_booked, sessions_of, when_of
from web.views.schedule_edits import week_address
from web.views.staff import find, must, now, user_of


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def session_cover(request: HttpRequest, session_id: int) -> HttpResponse:
    """Who is free, best first; a POST gives it to somebody, calls it off, or books what makes it good for a person."""
    user, moment = user_of(request), now()
    session: Session = find(for_display(Session.objects.visible_to(user)), session_id)
    must(user, "scheduling.cover_session", session)
    if request.method == "POST":
        do = {"give": _give, "cancel": _call_off, "book": _book}.get(request.POST.get("do", ""))
        if do is None:
            raise Http404
        try:
            return do(request, session, user, moment)
        except Refusal as refused:
            say_bad(request, _("Nothing was changed. %(why)s") % {"why": f"{refused.detail}."})
            return redirect("session-cover", session_id=session.pk)
    may_change = user.has_perm("scheduling.change_session", session)
    losses = losses_of(session, now=moment) if may_change else []
    record_looks(Look.PATIENT, [one.patient for one in losses], actor=user, now=moment)
    view = cover_view(cover_of(session), losses, now=moment, may_lift=may_change, may_book=may_change)
    context = {
        "session": session,
        "view": view,
        "back": _back(user, session),
        "may_cancel": may_change and not view.is_off and not view.is_over and session.starts_at > moment,
        "beside": called_off_beside(session, _beside(request, user, session)) if view.is_off else [],
        "away_url": _away_url(user, view.replaced, session),
    }
    return render(request, "cover/page.html", context)


def _beside(request: HttpRequest, user: User, session: Session) -> list[Session]:
    """Those named beside it that were called off too, and whose lists the account may see."""
    named = sorted(ids_of(request.GET.get("with", "")) - {session.pk})[:MOST_AT_ONCE]
    if not named:
        return []
    rows = Session.objects.visible_to(user).filter(
        pk__in=named, state=SessionState.CANCELLED, site_id__in=user.scope.managed_site_ids
    )
    return list(rows.select_related("site"))


def _give(request: HttpRequest, session: Session, user: User, moment: datetime) -> HttpResponse:
    form = GiveForm(request.POST)
    if not form.is_valid():
        raise Http404
    substitute: Counselor = find(Counselor.objects.visible_to(user), form.cleaned_data["substitute"])
    reason = form.cleaned_data["override_reason"]
    if reason:
        must(user, "scheduling.change_session", session)
    handover = Handover(session.pk, substitute.pk, form.cleaned_data["absent"])
    hand_over([handover], actor=user, now=moment, override_reason=reason)
    kept = ngettext("%(count)d person keeps the seat.", "%(count)d people keep their seats.", session.seats_taken)
    done = _("%(name)s leads it now. %(kept)s") % {
        "name": substitute.short_name,
        "kept": kept % {"count": session.seats_taken},
    }
    say_done(request, done)
    return redirect(_back(user, session)[0])


def _call_off(request: HttpRequest, session: Session, user: User, moment: datetime) -> HttpResponse:
    must(user, "scheduling.change_session", session)
    form = CallOffForm(request.POST)
    if not form.is_valid():
        raise Http404
    cancel_session(session, actor=user, now=moment, reason=form.cleaned_data["reason"])
    say_done(request, _("The session is called off, and every seat with it."))
    return redirect("session-cover", session_id=session.pk)


def _book(request: HttpRequest, session: Session, user: User, moment: datetime) -> HttpResponse:
    form = BookForm(request.POST)
    if not form.is_valid() or not form.cleaned_data["sessions"]:
        raise Http404
    person: Patient = find(Patient.objects.visible_to(user), form.cleaned_data["patient"])
    sessions = sessions_of(user, form.cleaned_data["sessions"])
    for one in sessions:
        must(user, "scheduling.change_booking", Booking(patient=person, session=one))
    try:
        booked = book_all(person, [one.pk for one in sessions], actor=user, now=moment)
    except Refusal as refused:
        say_bad(request, nothing_booked(refused))
    else:
        recount_patient(person.pk, now=moment, first=booked[0].week, last=booked[-1].week)
        say_done(request, _("%(name)s is booked: %(when)s.") % {"name": person.name, "when": when_of(sessions)})
    return redirect("session-cover", session_id=session.pk)


def _back(user: User, session: Session) -> tuple[str, str]:
    """Where one comes from: a counselor's today, for others the week."""
    if user.has_perm("scheduling.change_session", session):
        return week_address(session.site, session.starts_at), _("Schedule")
    return reverse("today"), _("Today")


def _away_url(user: User, who: Counselor | None, session: Session) -> str:
    """The page for all of a day; nothing where nobody is to be replaced, or it is none of one's business."""
    if who is None or not user.has_perm("people.change_counselor_times", who):
        return ""
    day = session.starts_at.astimezone(session.site.zone).date()
    return f"{reverse('counselor-away', args=[who.pk])}?first={day}&last={day}"
