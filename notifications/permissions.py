"""Who may do what with feeds and preferences, as predicates that the API and the pages share."""

import rules

from notifications.models import CalendarFeed, NotificationPreference
from people.models import User


@rules.predicate
def owns_feed(user: User, feed: CalendarFeed | None) -> bool:
    """The patient whose calendar it is; where there is no feed yet, anybody who is a patient."""
    patient_id = user.scope.patient_id
    return patient_id is not None and (feed is None or feed.patient_id == patient_id)


@rules.predicate
def owns_preference(user: User, preference: NotificationPreference | None) -> bool:
    """The person themself."""
    if preference is None:
        return True
    return preference.user_id == user.pk or (
        preference.patient_id is not None and preference.patient_id == user.scope.patient_id
    )


rules.add_perm("notifications.change_feed", owns_feed)
rules.add_perm("notifications.change_preference", owns_preference)
