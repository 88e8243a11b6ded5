"""Counselors' hours, time off and profile, slots and covers, as people type them."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from people.domain.time import format_wall, resolve_wall
from people.enums import Language
from people.models import Program, Room, Site
from people.services.counselors import A_DAY_MINUTES, Credential, ProfileFields
from scheduling.enums import Mode
from scheduling.services.counselor_times import AvailabilityFields
from scheduling.services.slots import SlotWish
from web.forms.dates import AskedDay
from web.forms.ids import LARGEST_ID
from web.forms.repair import IdsField
from web.forms.schedule_edit import DAYS

A_DAY = timedelta(days=1)
LONGEST_NIGHT = timedelta(hours=14)
MORE_CREDENTIALS = 2


def _day(label: Any, **options: Any) -> AskedDay:
    return AskedDay(label=label, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **options)


def _clock(label: Any, **options: Any) -> forms.TimeField:
    return forms.TimeField(label=label, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"), **options)


class GiveForm(forms.Form):
    """Who leads a session from now on, and in whose place."""

    substitute = forms.IntegerField(min_value=1, max_value=LARGEST_ID)
    absent = forms.IntegerField(min_value=1, max_value=LARGEST_ID, required=False)
    override_reason = forms.CharField(required=False, max_length=300)


class CallOffForm(forms.Form):
    """Why a session is called off."""

    reason = forms.CharField(required=False, max_length=300)


class BookForm(forms.Form):
    """The sessions that make good somebody's hours."""

    patient = forms.IntegerField(min_value=1, max_value=LARGEST_ID)
    sessions = IdsField()


class AtSiteForm(forms.Form):
    """Something of one of the counselor's sites; the choice is shown where there are several."""

    site = forms.TypedChoiceField(label=_("Site"), coerce=int)

    def __init__(self, *args: Any, sites: Iterable[Site], **options: Any) -> None:
        super().__init__(*args, **options)
        self.sites = {site.pk: site for site in sites}
        field: Any = self.fields["site"]
        field.choices = [(pk, site.name) for pk, site in self.sites.items()]
        if len(self.sites) == 1:
            field.widget = forms.HiddenInput()
            self.initial.setdefault("site", next(iter(self.sites)))

    @property
    def chosen_site(self) -> Site:
        """The one that was chosen."""
        return self.sites[self.cleaned_data["site"]]


class HoursForm(AtSiteForm):
    """Hours that recur: on which days, from when to when, and the dates in force."""

    days = forms.MultipleChoiceField(label=_("Days"), choices=DAYS, widget=forms.CheckboxSelectMultiple)
    starts = _clock(_("Starts at"))
    ends = _clock(_("Ends at"))
    every = forms.IntegerField(label=_("Every … weeks"), min_value=1, max_value=8, initial=1)
    starts_on = _day(_("In force from"), required=True)
    ends_on = _day(_("Last day"))
    field_order = ("site", "days", "starts", "ends", "every", "starts_on", "ends_on")

    def clean_ends(self) -> time:
        """Past midnight where it lies before the start; most of a day long it was meant for the same day."""
        starts: time | None = self.cleaned_data.get("starts")
        ends: time = self.cleaned_data["ends"]
        if starts is not None and ends <= starts and ends != time.min:
            length = datetime.combine(date.min, ends) + A_DAY - datetime.combine(date.min, starts)
            if length > LONGEST_NIGHT:
                raise forms.ValidationError(_("This ends before it starts, and a night would be 14 hours at most."))
        return ends

    def fields_said(self) -> AvailabilityFields:
        """The hours as the service takes them; an end at or before the start is on the next day."""
        said = self.cleaned_data
        first = said["starts_on"]
        interval = f";INTERVAL={said['every']}" if said["every"] > 1 else ""
        days = ",".join(code for code, _label in DAYS if code in said["days"])
        past_midnight = A_DAY if said["ends"] <= said["starts"] else timedelta()
        return AvailabilityFields(
            site=self.chosen_site,
            starts_at_local=format_wall(datetime.combine(first, said["starts"])),
            ends_at_local=format_wall(datetime.combine(first, said["ends"]) + past_midnight),
            rrule=f"FREQ=WEEKLY{interval};BYDAY={days}",
            starts_on=first,
            ends_on=said["ends_on"],
        )


class HoursEndForm(forms.Form):
    """The last day on which hours are in force."""

    ends_on = _day(_("Last day"), required=True)


class AwayForm(forms.Form):
    """From when to when somebody is away: whole days, or to the minute where times are typed."""

    first = _day(_("From"), required=True)
    last = _day(_("Through"))
    starts = _clock(_("Start time"), required=False, help_text=_("Empty: the whole day."))
    ends = _clock(_("End time"), required=False)
    reason = forms.CharField(
        label=_("Why"), required=False, max_length=120, help_text=_("Only they and their coordinators read it.")
    )

    def span(self, site: Site) -> tuple[datetime, datetime]:
        """The instants, on the site's clocks."""
        said = self.cleaned_data
        first, last = said["first"], said["last"] or said["first"]
        begin = datetime.combine(first, said["starts"] or time.min)
        end = datetime.combine(last, said["ends"]) if said["ends"] else datetime.combine(last, time.min) + A_DAY
        return resolve_wall(begin, site.zone), resolve_wall(end, site.zone)

    def clean(self) -> dict[str, Any]:
        """The last day does not lie before the first, nor the last time."""
        said = super().clean() or self.cleaned_data
        first, last = said.get("first"), said.get("last") or said.get("first")
        if first and last and last < first:
            self.add_error("last", _("The last day lies before the first."))
        elif first and first == last and said.get("ends") and said["ends"] <= (said.get("starts") or time.min):
            self.add_error("ends", _("This ends before it starts."))
        return said


class CredentialForm(forms.Form):
    """One licence or certificate; without a code there is none."""

    code = forms.CharField(label=_("Credential"), required=False, max_length=24)
    number = forms.CharField(label=_("Number"), required=False, max_length=40)
    valid_until = _day(_("Valid until"))


CredentialForms = forms.formset_factory(CredentialForm, extra=MORE_CREDENTIALS, max_num=22, absolute_max=22)


class ProfileForm(forms.Form):
    """What somebody speaks, and the most that they lead in a day."""

    languages = forms.MultipleChoiceField(
        label=_("Languages"), choices=Language.choices, required=False, widget=forms.CheckboxSelectMultiple
    )
    daily_maximum_minutes = forms.IntegerField(
        label=_("Most minutes a day"), required=False, min_value=1, max_value=A_DAY_MINUTES
    )

    def profile(self, credentials: Any) -> ProfileFields:
        """The profile as the service takes it, with the credentials of their forms."""
        said = [form.cleaned_data for form in credentials if form.cleaned_data.get("code", "").strip()]
        return ProfileFields(
            tuple(self.cleaned_data["languages"]),
            self.cleaned_data["daily_maximum_minutes"],
            tuple(Credential(one["code"], one["number"], one["valid_until"]) for one in said),
        )


OWN, ALL = "own", "all"


class SlotsForm(AtSiteForm):
    """How a counselor's hours are cut into one-to-one sessions."""

    program = forms.TypedChoiceField(label=_("Program"), coerce=int)
    starts_on = _day(_("From"), required=True)
    ends_on = _day(_("Through"), required=True)
    minutes = forms.IntegerField(label=_("Minutes each"), min_value=5, max_value=240, initial=60)
    pause_minutes = forms.IntegerField(label=_("Minutes between"), min_value=0, max_value=240, initial=15)
    title = forms.CharField(label=_("Title"), max_length=120, help_text=_("As the calendar names it."))
    room = forms.TypedChoiceField(label=_("Room"), required=False, coerce=int, empty_value=None)
    mode = forms.ChoiceField(label=_("How"), choices=Mode.choices, initial=Mode.IN_PERSON.value)
    kept_for = forms.ChoiceField(
        label=_("Who may book them"),
        choices=((OWN, _("Their own people")), (ALL, _("Everybody in the program"))),
        help_text=_("Whoever has no counselor yet counts as theirs too. Staff book anybody."),
    )

    def __init__(self, *args: Any, sites: Iterable[Site], **options: Any) -> None:
        super().__init__(*args, sites=sites, **options)
        self.programs = {one.pk: one for one in Program.objects.filter(sites__in=self.sites).distinct()}
        self.rooms = {one.pk: one for one in Room.objects.filter(site__in=self.sites).select_related("site")}
        program: Any = self.fields["program"]
        program.choices = [(pk, one.name) for pk, one in self.programs.items()]
        room: Any = self.fields["room"]
        many = len(self.sites) > 1
        room.choices = [
            ("", _("None")),
            *((pk, f"{one.site.name}, {one.name}" if many else one.name) for pk, one in self.rooms.items()),
        ]

    def wish(self) -> SlotWish:
        """The wish as the service takes it."""
        said = self.cleaned_data
        return SlotWish(
            program=self.programs[said["program"]],
            site=self.chosen_site,
            first=said["starts_on"],
            last=said["ends_on"],
            minutes=said["minutes"],
            pause_minutes=said["pause_minutes"],
            title=said["title"],
            room=self.rooms.get(said["room"]),
            mode=said["mode"],
            open_to_all=said["kept_for"] == ALL,
        )
