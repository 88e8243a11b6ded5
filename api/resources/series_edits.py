"""What is said of an edit of a series, and its preview: everything that it would do, before anything is saved."""

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from api.fields import Id, LocalDate, Number, OptionalText, Reference, parse_id
from api.inputs import Input
from api.resources.sessions import MOST_BREAKS, MOST_COUNSELORS
from people.models import Counselor, Room
from scheduling.enums import InvitationState, Kind, Mode
from scheduling.errors import BY_CODE
from scheduling.services.series_changes import RECURS, SHOWN, Scope, SeriesEdit
from scheduling.services.series_fates import Clash, Fate
from scheduling.services.series_preview import Preview
from scheduling.services.series_targets import Target
from scheduling.services.uninviting import Uninvited

MOST_CONFIRMED = 5_000


# --- read --------------------------------------------------------------------------------------------------------


class SeriesBreak(Input):
    after_minutes = Number(help_text="From the start.")
    minutes = Number(min_value=1)


class Confirmation(Input):
    """How an edit is done: looked at first, and who may lose a seat by it."""

    preview = serializers.BooleanField(required=False, help_text="true writes nothing and answers what it would do.")
    confirmed_lost = serializers.ListField(
        child=serializers.CharField(max_length=20),
        required=False,
        max_length=MOST_CONFIRMED,
        help_text="The bookings that were shown as lost. One that is lost and not named here answers 409 `stale`, "
        "with a fresh preview.",
    )
    without_clashing = serializers.BooleanField(
        required=False, help_text="true leaves a counselor or room that is taken out of the occurrence."
    )
    reason = OptionalText(max_length=300)


class OccurrenceChange(Confirmation):
    """What may differ for one occurrence."""

    kind = serializers.ChoiceField(Kind.choices, required=False)
    title = serializers.CharField(max_length=120, required=False)
    focus = OptionalText(max_length=40)
    starts_at_local = serializers.CharField(max_length=20, required=False, help_text="A wall time at the site.")
    duration_minutes = Number(min_value=1, required=False)
    breaks = SeriesBreak(many=True, required=False, max_length=MOST_BREAKS)  # type: ignore[call-arg]
    capacity = Number(min_value=1, required=False)
    counselors = serializers.ListField(
        child=Reference(Counselor.objects.visible_to), required=False, max_length=MOST_COUNSELORS
    )
    room = Reference(lambda user: Room.objects.filter(site__memberships__user=user), required=False, allow_null=True)
    mode = serializers.ChoiceField(Mode.choices, required=False)
    telehealth_url = OptionalText(max_length=200)
    override_reason = OptionalText(
        max_length=300, help_text="Lifts `counselor_unavailable` and `counselor_over_daily_maximum`."
    )


class SeriesChange(OccurrenceChange):
    """An edit of a series; what is not named stays. Program and site are the series' own for good."""

    scope = serializers.ChoiceField([(one.value, one.value) for one in Scope], required=False, help_text="Else all.")
    occurrence = serializers.CharField(
        max_length=20,
        required=False,
        allow_null=True,
        help_text="The wall time that names an occurrence, YYYY-MM-DDTHH:MM; for `this` and `following`.",
    )
    rrule = serializers.CharField(max_length=300, required=False)
    ends_on = LocalDate(required=False, allow_null=True)


class OccurrenceException(OccurrenceChange):
    """One occurrence that is different: another time, place or person, or called off."""

    occurrence = serializers.CharField(max_length=20, help_text="The wall time that the series gave it.")
    cancelled = serializers.BooleanField(
        required=False, help_text="true calls it off, and it stays so; whoever is booked loses the seat."
    )


class PauseInput(Confirmation):
    starts_on = LocalDate()
    ends_on = LocalDate()


def edit_of(said: Mapping[str, Any], *, scope: Scope, occurrence: str | None, cancel: bool = False) -> SeriesEdit:
    """The edit as the service takes it."""
    changes = {name: said[name] for name in (*RECURS, *SHOWN, "ends_on") if name in said}
    if "breaks" in changes:
        changes["breaks"] = tuple((pause["after_minutes"], pause["minutes"]) for pause in changes["breaks"])
    if "counselors" in changes:
        changes["counselors"] = tuple(changes["counselors"])
    return SeriesEdit(
        scope,
        changes,
        occurrence,
        cancel=cancel,
        without_clashing=said.get("without_clashing", False),
        override_reason=said.get("override_reason", ""),
        reason=said.get("reason", ""),
    )


def confirmed_of(said: Mapping[str, Any]) -> set[int]:
    """The ids of bookings that were shown as lost."""
    return {pk for text in said.get("confirmed_lost", ()) if (pk := parse_id(text)) is not None}


# --- written -----------------------------------------------------------------------------------------------------


class OccurrenceOutcome(serializers.Serializer[Target]):
    change = serializers.SerializerMethodField(help_text="One for which the site is closed then is removed.")
    session = serializers.SerializerMethodField(help_text="null for one that is new.")
    occurrence = serializers.SerializerMethodField(help_text="The wall time that names it afterwards.")
    was_occurrence = serializers.SerializerMethodField()
    was_starts_at = serializers.SerializerMethodField()
    starts_at = serializers.SerializerMethodField()
    ends_at = serializers.SerializerMethodField()
    seats_taken = serializers.SerializerMethodField()

    @extend_schema_field(serializers.ChoiceField(["kept", "moved", "added", "removed"]))
    def get_change(self, target: Target) -> str:
        return target.change if target.takes_place else "removed"

    def get_session(self, target: Target) -> str | None:
        return str(target.session.pk) if target.session else None

    def get_occurrence(self, target: Target) -> str | None:
        return target.occurrence

    def get_was_occurrence(self, target: Target) -> str | None:
        return target.was_occurrence

    def get_was_starts_at(self, target: Target) -> str | None:
        return self._at(target.was_starts_at) if target.was_starts_at else None

    def get_starts_at(self, target: Target) -> str:
        return self._at(target.starts_at)

    def get_ends_at(self, target: Target) -> str:
        return self._at(target.ends_at)

    def get_seats_taken(self, target: Target) -> int:
        return target.session.seats_taken if target.session else 0

    def _at(self, instant: Any) -> str:
        zone: ZoneInfo = self.context["site_zone"]
        return str(instant.astimezone(zone).isoformat())


class LostBooking(serializers.Serializer[Fate]):
    booking = Id("booking.pk")
    patient = Id("booking.patient_id")
    patient_name = serializers.CharField(source="booking.patient.name")
    session = Id("booking.session_id")
    status = serializers.CharField(source="booking.status")
    starts_at = serializers.SerializerMethodField(help_text="When they are booked now.")
    code = serializers.SerializerMethodField(help_text="The first reason.")
    codes = serializers.ListField(child=serializers.ChoiceField(list(BY_CODE)))

    def get_starts_at(self, fate: Fate) -> str:
        return str(fate.booking.starts_at.astimezone(self.context["site_zone"]).isoformat())

    def get_code(self, fate: Fate) -> str:
        return fate.codes[0]


class BookingOutcome(serializers.Serializer[Any]):
    kept = serializers.IntegerField(help_text="At their old time.")
    moved = serializers.IntegerField(help_text="With their session, to another time.")
    lost = LostBooking(many=True)


class ClashOutcome(serializers.Serializer[Clash]):
    what = serializers.ChoiceField(["counselor", "room"])
    id = Id("who")
    session = serializers.SerializerMethodField(help_text="The occurrence that would need it; null for a new one.")
    starts_at = serializers.SerializerMethodField()
    taken_by = serializers.SerializerMethodField(help_text="The session in the way; null for a new occurrence.")
    code = serializers.CharField(help_text="What one session alone would be refused with.")

    def get_session(self, clash: Clash) -> str | None:
        return str(clash.target.session.pk) if clash.target.session else None

    def get_starts_at(self, clash: Clash) -> str:
        return str(clash.target.starts_at.astimezone(self.context["site_zone"]).isoformat())

    def get_taken_by(self, clash: Clash) -> str | None:
        return str(clash.other) if clash.other is not None else None


class UninvitedGuest(serializers.Serializer[Uninvited]):
    invitation = Id("invitation.pk")
    booking = Id("invitation.booking_id")
    session = Id("invitation.session_id")
    patient = Id("invitation.booking.patient_id")
    name = serializers.CharField(source="invitation.member.name")
    state = serializers.ChoiceField(InvitationState.choices, source="invitation.state", help_text="Before the edit.")
    code = serializers.ChoiceField(["not_a_family_session", "consent_missing", "booking_cancelled"])


class PreviewAnswer(serializers.Serializer[Preview]):
    """What an edit would do, or has done."""

    scope = serializers.ChoiceField([one.value for one in Scope], source="edit.scope")
    occurrence = serializers.CharField(source="edit.occurrence", allow_null=True)
    occurrences = OccurrenceOutcome(many=True, source="told")
    bookings = serializers.SerializerMethodField()
    guests = UninvitedGuest(many=True, help_text="Family members whose invitation ends by it.")
    clashes = ClashOutcome(many=True)
    refused = serializers.SerializerMethodField(help_text="The code that the edit would answer; null where it can be.")
    too_small = serializers.SerializerMethodField(help_text="Sessions with more people than the new capacity.")

    @extend_schema_field(BookingOutcome)
    def get_bookings(self, preview: Preview) -> Any:
        kept = [fate for fate in preview.fates if not fate.is_lost and fate.target.change != "moved"]
        counts = {"kept": len(kept), "moved": len(preview.carried), "lost": preview.lost}
        return BookingOutcome(counts, context=self.context).data

    def get_refused(self, preview: Preview) -> str | None:
        refusal = preview.refusal
        return refusal.code if refusal is not None else None

    def get_too_small(self, preview: Preview) -> list[str]:
        return [str(row.pk) for row in preview.too_small]
