"""Who may take and sign rosters, and see the board, as predicates that the API and the pages share."""

import rules

from attendance.models import Flag, TreatmentWeek
from people.enums import Role
from people.models import Admission, Patient, Site, User
from people.permissions import has_in_caseload, is_own_record, manages_site_of
from scheduling.models import Session
from scheduling.permissions import is_own_booking, leads_session


@rules.predicate
def can_take_roster(user: User, session: Session | None) -> bool:
    """One who leads the session, or the coordinator or director of its site."""
    return bool(session is not None and (leads_session(user, session) or manages_site_of(user, session)))


@rules.predicate
def can_see_roster(user: User, session: Session | None) -> bool:
    """Those who may take it, and whoever sees the site as a whole."""
    return session is not None and bool(session.site_id in user.scope.site_ids or can_take_roster(user, session))


@rules.predicate
def can_sign(user: User, session: Session | None) -> bool:
    """Those who may take the roster may sign it."""
    return bool(can_take_roster(user, session))


@rules.predicate
def can_show_door(user: User, site: Site | None) -> bool:
    """Any of the site's staff may put up its screen at the door."""
    return site is not None and site.pk in user.scope.staff_site_ids


@rules.predicate
def can_see_board(user: User) -> bool:
    """Whoever sees a site as a whole, and a counselor for their own caseload."""
    return user.scope.answers_for_anybody


@rules.predicate
def can_act_on_flag(user: User, flag: Flag | None) -> bool:
    """Coordinator or director of the flag's site, the person's own counselor, whoever leads the session, and whoever
    it was given to and still sees it.
    """
    if flag is None or not user.is_clinic_staff:
        return False
    if flag.session is not None:
        return bool(manages_site_of(user, flag.session) or leads_session(user, flag.session))
    if manages_site_of(user, flag.admission) or has_in_caseload(user, flag.patient):
        return True
    acts = user.has_role(Role.COUNSELOR, Role.COORDINATOR, Role.DIRECTOR)
    return acts and flag.assigned_to_id == user.pk


@rules.predicate
def can_note_contact(user: User, patient: Patient | None) -> bool:
    """Whoever acts for the person: coordinator or director of a site of theirs, and their own counselor."""
    return bool(manages_site_of(user, patient) or has_in_caseload(user, patient)) if patient is not None else False


@rules.predicate
def can_report_on(user: User, patient: Patient | None) -> bool:
    """Whoever sees a site of the person's as a whole, auditors too, and their own counselor."""
    if patient is None:
        return False
    whole_site = Admission.objects.filter(patient=patient, site_id__in=user.scope.site_ids).exists()
    return whole_site or bool(has_in_caseload(user, patient))


@rules.predicate
def can_make_reports(user: User) -> bool:
    """Any staff: each over those whom they answer for."""
    return bool(can_see_board(user))


@rules.predicate
def can_close_week(user: User, week: TreatmentWeek | None) -> bool:
    """Coordinator or director of the week's site."""
    return week is not None and bool(manages_site_of(user, week))


rules.add_perm("attendance.make_reports", can_make_reports)
rules.add_perm("attendance.report_on", can_report_on)
rules.add_perm("attendance.see_ledger", is_own_record | can_report_on)
rules.add_perm("attendance.act_on_flag", can_act_on_flag)
rules.add_perm("attendance.close_week", can_close_week)
rules.add_perm("attendance.note_contact", can_note_contact)
rules.add_perm("attendance.see_roster", can_see_roster)
rules.add_perm("attendance.take_roster", can_take_roster)
rules.add_perm("attendance.sign_roster", can_sign)
rules.add_perm("attendance.show_door", can_show_door)
rules.add_perm("attendance.see_board", can_see_board)
rules.add_perm("attendance.check_in", is_own_booking)
