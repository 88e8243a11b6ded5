"""What the people app tells the apps above it, inside the writing transaction."""

from django.dispatch import Signal

plan_changed = Signal()
"""An admission, phase or leave changed. Sends `admission_id`, `patient_id`, `now`."""

admission_ended = Signal()
"""An admission ends on a day, or on another one than was said. Sends `admission`, `actor`, `now`."""

leave_changed = Signal()
"""Leave was added, changed or taken back. Sends `admission`, `leave` (as it is now; None where it is gone), `actor` and
`now`."""

consent_changed = Signal()
"""A family member's consent was given or taken back, or the member was removed. Sends `member_id`, `patient_id`,
`now`."""

policy_changed = Signal()
"""A program counts attendance otherwise from a day on. Sends `program_id`, `now`."""
