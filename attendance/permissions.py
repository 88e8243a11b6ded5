"""Who may take and sign rosters, and see the board, as predicates that the API and the pages share."""

import rules

from people.models import User
from people.permissions import manages_site_of
from scheduling.models import Session
from scheduling.permissions import leads_session


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
def can_see_board(user: User) -> bool:
    """Whoever sees a site as a whole, and a counselor for their own caseload."""
    return bool(user.scope.site_ids) or user.scope.counselor_id is not None


rules.add_perm("attendance.see_roster", can_see_roster)
rules.add_perm("attendance.take_roster", can_take_roster)
rules.add_perm("attendance.sign_roster", can_sign)
rules.add_perm("attendance.see_board", can_see_board)
