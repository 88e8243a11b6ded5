"""Keeping two patients apart: for those who plan for one of them; to anybody else there is no such page."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from people.enums import Look
from people.errors import Refusal
from people.models import Admission, Patient
from people.services.looks import record_look
from scheduling.enums import ApartReason
from scheduling.models import KeepApart
from scheduling.services.keep_apart import divide, division, end_keep_apart, keep_apart, propose_division
from web.forms.apart import DivisionForm, PairForm
from web.notices import say_bad, say_done
from web.views.staff import find, must, now, only_staff, seen_person, user_of


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def patient_apart(request: HttpRequest, patient_id: int) -> HttpResponse:
    """From whom somebody is kept apart; POST proposes a division, and with `sides` writes it."""
    user, moment = user_of(request), now()
    person = seen_person(request, patient_id)
    must(user, "scheduling.keep_apart", person)
    record_look(Look.PATIENT, person, actor=user, now=moment, patient_id=person.pk)
    managed = Admission.objects.filter(site_id__in=user.scope.managed_site_ids, discharged_on=None)
    others = Patient.objects.filter(pk__in=managed.values("patient_id")).exclude(pk=person.pk)
    form = PairForm(request.POST or None, others=others)
    pairs = KeepApart.objects.visible_to(user).standing().of(person.pk).select_related("first", "second")
    context = {"person": person, "form": form, "pairs": [(pair, _other(pair, person)) for pair in pairs]}
    if request.method != "POST" or not form.is_valid():
        return render(request, "apart/person.html", context, status=400 if request.method == "POST" else 200)
    other = form.cleaned_data["other"]
    shares = propose_division(person, other, now=moment)
    chosen = DivisionForm(request.POST if "sides" in request.POST else None, shares=shares, people=[person, other])
    if not (chosen.is_bound and chosen.is_valid()):
        return render(request, "apart/propose.html", context | {"other": other, "division": chosen})
    reason = ApartReason(form.cleaned_data["reason"])
    try:
        pair, ended = keep_apart(person, other, reason=reason, sides=chosen.sides(), actor=user, now=moment)
    except Refusal as refused:
        say_bad(request, f"{refused.detail}.")
        return redirect("patient-apart", patient_id=person.pk)
    _say(request, len(ended))
    return redirect("apart", apart_id=pair.pk)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def apart(request: HttpRequest, apart_id: int) -> HttpResponse:
    """How what is on is divided between two; POST divides it anew."""
    user, moment = user_of(request), now()
    pair: KeepApart = find(KeepApart.objects.visible_to(user).standing().select_related("first", "second"), apart_id)
    only_staff(user)
    shares = division(pair, now=moment)
    people = [pair.first, pair.second]
    form = DivisionForm(request.POST if request.method == "POST" else None, shares=shares, people=people)
    if form.is_bound and form.is_valid():
        _pair, ended = divide(pair, form.sides(), actor=user, now=moment)
        _say(request, len(ended))
        return redirect("apart", apart_id=pair.pk)
    left = sum(share.patient_id is None for share in shares)
    for person in people:
        record_look(Look.PATIENT, person, actor=user, now=moment, patient_id=person.pk)
    context = {"pair": pair, "people": people, "division": form, "left": left}
    return render(request, "apart/division.html", context, status=400 if form.is_bound else 200)


@login_required
@require_POST
def apart_end(request: HttpRequest, apart_id: int) -> HttpResponse:
    """The two may meet again."""
    user = user_of(request)
    pair: KeepApart = find(KeepApart.objects.visible_to(user).standing(), apart_id)
    only_staff(user)
    end_keep_apart(pair, actor=user, now=now())
    say_done(request, _("Ended. Both see everything again."))
    return redirect("patient-apart", patient_id=pair.first_id)


def _other(pair: KeepApart, person: Patient) -> Patient:
    return pair.second if pair.first_id == person.pk else pair.first


def _say(request: HttpRequest, ended: int) -> None:
    done = _("Divided.")
    if ended:
        more = ngettext(
            "%(number)s booking on the other side ended.", "%(number)s bookings on the other side ended.", ended
        )
        done = f"{done} {more % {'number': ended}}"
    say_done(request, done)
