"""What the people app tells the apps above it, inside the writing transaction."""

from django.dispatch import Signal

plan_changed = Signal()
"""An admission, phase or leave changed. Sends `admission_id`, `patient_id`, `now`."""
