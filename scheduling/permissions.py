"""Who may do what with sessions and bookings, as predicates that the API and the pages share."""

import rules

from people.models import Counselor, User
from people.permissions import has_in_caseload, is_own_record, manages_site_of
from scheduling.models import Booking, Session, SessionCounselor, SessionSeries


@rules.predicate
def leads_session(user: User, session: Session | None) -> bool:
    """One of the session's counselors."""
    counselor_id = user.scope.counselor_id
    return (
        session is not None
        and counselor_id is not None
        and SessionCounselor.objects.filter(session=session, counselor_id=counselor_id).exists()
    )


@rules.predicate
def is_own_booking(user: User, booking: Booking | None) -> bool:
    """The booking of the patient themself."""
    return booking is not None and booking.patient_id == user.scope.patient_id


@rules.predicate
def manages_booking(user: User, booking: Booking | None) -> bool:
    """Coordinator or director of the booked session's site, or a counselor who leads it."""
    if booking is None:
        return False
    return bool(manages_site_of(user, booking.session) or leads_session(user, booking.session))


@rules.predicate
def leads_series(user: User, series: SessionSeries | None) -> bool:
    """One of the series' counselors; any counselor where no series is named yet."""
    counselor_id = user.scope.counselor_id
    if counselor_id is None:
        return False
    return series is None or series.counselors.filter(pk=counselor_id).exists()


@rules.predicate
def knows_why_off(user: User, counselor: Counselor) -> bool:
    """The counselor themself, and whoever sees one of their sites as a whole."""
    own = user.scope.counselor_id == counselor.pk
    return own or bool(set(counselor.sites.values_list("pk", flat=True)) & user.scope.site_ids)


rules.add_perm("scheduling.change_session", manages_site_of)
rules.add_perm("scheduling.cover_session", manages_site_of | leads_session)
rules.add_perm("scheduling.keep_apart", manages_site_of)
rules.add_perm("scheduling.change_standing", manages_site_of | leads_series)
rules.add_perm("scheduling.change_booking", is_own_booking | manages_booking)
rules.add_perm("scheduling.answer_offer", is_own_booking | manages_booking)
rules.add_perm("scheduling.excuse_cancellation", manages_booking)
rules.add_perm("scheduling.change_work_hours", is_own_record | has_in_caseload | manages_site_of)
