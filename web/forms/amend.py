"""What a signed mark should have said, and why it is corrected."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from attendance.domain.marks import CAME
from attendance.enums import AttendanceMode, AttendanceStatus
from attendance.models import AttendanceRecord
from attendance.models.record import LONGEST_REMARK
from attendance.services.roster_rules import RosterRow
from people.domain.time import to_wall
from people.errors import InvalidInput
from scheduling.enums import Mode
from scheduling.models import Session
from web.forms.roster import read_mark
from web.rows.excuses import excuse_sources, excuses_of

NAMES = {
    "arrived_at": "arrived",
    "left_at": "left",
    "excuse_reason": "excuse",
    "excuse_given_by": "givenby",
    "excuse_given_at": "givenat",
    "document_seen": "document",
    "amendment_reason": "reason",
}
"""The service's names of the fields that are called otherwise here."""

TIME = {"type": "time"}


class AmendForm(forms.Form):
    """The mark as it stands, to be changed; times are those of the site's clocks."""

    reason = forms.CharField(label=_("Why is it amended?"), max_length=200)
    status = forms.ChoiceField(label=_("Status"), choices=AttendanceStatus.choices, widget=forms.RadioSelect)
    arrived = forms.CharField(label=_("Arrived"), required=False, widget=forms.TextInput(attrs=TIME))
    left = forms.CharField(label=_("Left"), required=False, widget=forms.TextInput(attrs=TIME))
    excuse = forms.ChoiceField(label=_("Reason, if excused, late or early"), required=False)
    givenby = forms.ChoiceField(label=_("Who gave the excuse"), required=False)
    givenat = forms.CharField(
        label=_("When it was given"), required=False, widget=forms.TextInput(attrs={"type": "datetime-local"})
    )
    document = forms.BooleanField(label=_("A document was seen"), required=False)
    mode = forms.ChoiceField(label=_("How"), choices=AttendanceMode.choices, required=False)
    remark = forms.CharField(
        label=_("Remark"), required=False, max_length=LONGEST_REMARK, help_text=_("Administrative, no clinical notes.")
    )

    def __init__(self, data: Any, *, record: AttendanceRecord, session: Session) -> None:
        super().__init__(data, initial=_initial(record, session))
        self.record, self.session = record, session
        for name in ("arrived", "left"):
            if len(self.initial[name]) > len("18:14"):  # it was recorded to the second
                self.fields[name].widget.attrs["step"] = "1"
        reasons = excuses_of(session)
        if record.excuse_reason and record.excuse_reason not in dict(reasons):
            reasons.append((record.excuse_reason, record.excuse_reason))
        self.fields["excuse"].choices = [("", _("No reason given")), *reasons]  # type: ignore[attr-defined]
        self.fields["givenby"].choices = [("", _("Not said")), *excuse_sources()]  # type: ignore[attr-defined]
        if session.mode == Mode.TELEHEALTH:
            del self.fields["mode"]

    def clean(self) -> dict[str, Any]:
        """Times that are none are named."""
        cleaned = super().clean() or self.cleaned_data
        for name in ("arrived", "left", "givenat"):
            try:
                read_mark({name: cleaned.get(name, "")}, self.session, whole=False)
            except ValueError:
                self.add_error(name, _("Type the time as hours and minutes, such as 18:14."))
        return cleaned

    def row(self) -> RosterRow:
        """What the service takes."""
        said = {name: str(value) for name, value in self.cleaned_data.items() if name not in ("reason", "document")}
        said["document"] = "on" if self.cleaned_data["document"] else ""
        return RosterRow(self.record.booking_id, **read_mark(said, self.session, whole=True))

    def named(self, refused: InvalidInput) -> InvalidInput:
        """The refusal by the names of the fields here."""
        return InvalidInput({NAMES.get(name, name): sentences for name, sentences in refused.errors.items()})


def _initial(record: AttendanceRecord, session: Session) -> dict[str, Any]:
    zone = session.site.zone
    came = record.status in CAME

    def clock(instant: Any) -> str:
        return to_wall(instant, zone).strftime("%H:%M:%S" if instant.second else "%H:%M") if instant and came else ""

    return {
        "status": record.status,
        "arrived": clock(record.arrived_at),
        "left": clock(record.left_at),
        "excuse": record.excuse_reason,
        "givenby": record.excuse_given_by,
        "givenat": to_wall(record.excuse_given_at, zone).isoformat("T", "minutes") if record.excuse_given_at else "",
        "document": record.document_seen,
        "mode": record.mode,
        "remark": record.remark,
    }
