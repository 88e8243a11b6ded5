"""What the scheduling app tells the apps above it, inside the writing transaction. Receivers only write rows."""

from django.dispatch import Signal

bookings_changed = Signal()
"""Bookings were made, cancelled, moved or marked. Sends `booking_ids` (list of int) and `now`; where seats were given
up, `gave_up` (the ids among them of those who were to come, and now are not), and `offered` (the ids among those to
whom the seat was only offered); `answered`, the ids of offers that were just accepted."""

sessions_planned = Signal()
"""Somebody put new sessions on the schedule. Sends `session_ids`, `actor` (None for what no person did) and `now`."""

session_changed = Signal()
"""A session changed. Sends `session_id`, `before` (what `scheduling.services.sessions.facts` said of it), `actor` and
`now`."""

seats_changed = Signal()
"""A session became full or free again, or new sessions appeared. Sends `session_ids` and `now`."""

work_hours_changed = Signal()
"""Somebody's busy times changed. Sends `patient_id` and `now`."""

waitlist_moved = Signal()
"""Somebody in line was given something or lost it, without doing anything themself. Sends `booking_id`, `what` (a value
of `WaitlistEvent`) and `now`. `bookings_changed` is sent for the same booking too."""

invitations_changed = Signal()
"""Family members were invited, answered, or are no longer. Sends `invitation_ids` and `now`, and `over` where what they
were asked to takes place for them no more."""

apart_changed = Signal()
"""What exists for some patients is not what it was. Sends `patient_ids` and `now`."""
