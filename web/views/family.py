"""A patient's family: who may know what, and who is asked along; for the patient and for their clinic alike."""

from datetime import date, datetime

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from people.domain.time import local_date
from people.enums import Look
from people.errors import InvalidInput, Refusal
from people.models import FamilyConsent, FamilyMember, Patient
from people.queries import zone_of_patient
from people.services.family import add_member, give_consent, remove_member, revoke_consent
from people.services.looks import record_look
from scheduling.models import Booking, Invitation
from scheduling.services.invitations import invite, withdraw
from web.forms.family import ConsentForm, InviteForm, MemberForm
from web.forms.refusals import blame
from web.notices import say_bad, say_done
from web.patients.visit import Visit, patient_page
from web.rows.family import member_cards
from web.views.staff import find, must, now, seen_person, today_of, user_of


@require_http_methods(["GET", "HEAD", "POST"])
@patient_page
def family(request: HttpRequest, visit: Visit) -> HttpResponse:
    """The patient's own list; POST adds somebody."""
    return _page(request, visit.patient, moment=visit.now, today=visit.today)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def patient_family(request: HttpRequest, patient_id: int) -> HttpResponse:
    """The list of somebody in care, for their clinic; the look is recorded."""
    person = seen_person(request, patient_id)
    moment = now()
    record_look(Look.PATIENT, person, actor=user_of(request), now=moment, patient_id=person.pk)
    return _page(request, person, moment=moment, today=_today(request, person, moment))


@login_required
@require_POST
def family_consent(request: HttpRequest, member_id: int) -> HttpResponse:
    """The patient lets a family member know something, from today on."""
    member = _member(request, member_id)
    moment = now()
    today = _today(request, member.patient, moment)
    form = ConsentForm(request.POST, prefix=f"consent-{member.pk}")
    if form.is_valid():
        try:
            give_consent(
                member,
                shares=form.shared(),
                starts_on=today,
                ends_on=form.cleaned_data["ends_on"],
                actor=user_of(request),
                now=moment,
            )
        except InvalidInput as refusal:
            blame(form, refusal)
    if form.errors:
        return _page(request, member.patient, moment=moment, today=today, broken={member.pk: form})
    say_done(request, _("Agreed. It can be taken back at any time."))
    return _back(request, member.patient)


@login_required
@require_POST
def family_revoke(request: HttpRequest, member_id: int) -> HttpResponse:
    """Take the consent back; nothing more goes out."""
    member = _member(request, member_id)
    for consent in FamilyConsent.objects.filter(member=member, revoked_at=None):
        revoke_consent(consent, actor=user_of(request), now=now())
    say_done(request, _("Taken back. Nothing more goes out."))
    return _back(request, member.patient)


@login_required
@require_POST
def family_remove(request: HttpRequest, member_id: int) -> HttpResponse:
    """Take somebody off the list."""
    member = _member(request, member_id)
    remove_member(member, actor=user_of(request), now=now())
    say_done(request, _("Taken off the list. Nothing more goes out."))
    return _back(request, member.patient)


@login_required
@require_POST
def family_invite(request: HttpRequest, member_id: int) -> HttpResponse:
    """Ask a family member to one of the patient's appointments."""
    member = _member(request, member_id)
    form = InviteForm(request.POST)
    pk = form.cleaned_data["booking"] if form.is_valid() else 0
    booking: Booking = find(Booking.objects.visible_to(user_of(request)).filter(patient=member.patient), pk)
    try:
        invite(booking, member, actor=user_of(request), now=now())
    except Refusal as refused:
        say_bad(request, f"{refused.detail}.")
    else:
        say_done(request, _("Invited. The message says when and where, and nothing else."))
    return _back(request, member.patient)


@login_required
@require_POST
def family_withdraw(request: HttpRequest, invitation_id: int) -> HttpResponse:
    """Ask them no more."""
    rows = Invitation.objects.visible_to(user_of(request)).select_related("member__patient", "booking")
    invitation: Invitation = find(rows, invitation_id)
    must(user_of(request), "people.change_family", invitation.member.patient)
    withdraw(invitation, actor=user_of(request), now=now())
    say_done(request, _("Withdrawn. The link in the message leads nowhere now."))
    return _back(request, invitation.member.patient)


def _page(
    request: HttpRequest,
    patient: Patient,
    *,
    moment: datetime,
    today: date,
    broken: dict[int, ConsentForm] | None = None,
) -> HttpResponse:
    """The list; a POST without a broken form adds somebody."""
    form, status = MemberForm(initial={"language": patient.language}), 400 if broken else 200
    if request.method == "POST" and not broken:
        must(user_of(request), "people.change_family", patient)
        form = MemberForm(request.POST)
        if form.is_valid():
            try:
                add_member(patient, form.fields_for_service(), actor=user_of(request), now=moment)
            except InvalidInput as refusal:
                blame(form, refusal)
        if not form.errors:
            say_done(request, _("On the list. They are told nothing until there is a consent."))
            return _back(request, patient)
        status = 400
    context = {
        "person": patient,
        "is_own": patient.user_id == user_of(request).pk,
        "may_change": user_of(request).has_perm("people.change_family", patient),
        "cards": member_cards(patient, today=today, now=moment, broken=broken),
        "form": form,
    }
    return render(request, "family/page.html", context, status=status)


def _member(request: HttpRequest, member_id: int) -> FamilyMember:
    rows = FamilyMember.objects.visible_to(user_of(request)).current().select_related("patient")
    member: FamilyMember = find(rows, member_id)
    must(user_of(request), "people.change_family", member.patient)
    return member


def _today(request: HttpRequest, patient: Patient, moment: datetime) -> date:
    zone = zone_of_patient(patient)
    return local_date(moment, zone) if zone else today_of(user_of(request), now=moment)


def _back(request: HttpRequest, patient: Patient) -> HttpResponse:
    if patient.user_id == user_of(request).pk:
        return redirect("family")
    return redirect("patient-family", patient_id=patient.pk)
