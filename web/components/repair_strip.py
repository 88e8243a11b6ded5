"""What would repair a week, with its one button, for the patient and for staff."""

from dataclasses import dataclass

from web.components.actions import Action


@dataclass(frozen=True)
class RepairStrip:
    """The strip of `_partials/repair_strip.html`."""

    title: str
    note: str
    action: Action
    icon: str = ""
    other: Action | None = None
