"""What a session looks like from outside, wherever the API shows one."""

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from api.fields import (
    Id,
    SiteBreaks,
    SiteInstant,
    Text,
)
from scheduling.enums import Kind, Mode, SessionState
from scheduling.errors import BY_CODE, OutsideOpeningHours, SiteClosed
from scheduling.models import Session
from scheduling.queries import SessionFit


class SessionAnswer(serializers.Serializer[Session]):
    id = Id()
    series = Id("series_id", allow_null=True)
    program = Id("program_id")
    site = Id("site_id")
    kind = serializers.ChoiceField(Kind.choices)
    focus = Text()
    title = serializers.CharField()
    starts_at = SiteInstant()
    ends_at = SiteInstant()
    breaks = SiteBreaks()
    clinical_minutes = serializers.IntegerField()
    capacity = serializers.IntegerField()
    seats_taken = serializers.IntegerField()
    seats_left = serializers.IntegerField()
    state = serializers.ChoiceField(SessionState.choices)
    shut_by = serializers.SerializerMethodField(help_text="Why the site's doors call it off; null where they do not.")
    counselors = serializers.SerializerMethodField()
    counselor_names = serializers.SerializerMethodField()
    room = Id("room_id", allow_null=True)
    room_name = serializers.SerializerMethodField()
    mode = serializers.ChoiceField(Mode.choices)
    caseload_of = Id(
        "caseload_of_id", allow_null=True, help_text="The counselor whose people alone may book it themselves."
    )
    telehealth_url = serializers.SerializerMethodField(
        help_text="From 15 minutes before the start until the end, for those booked and the staff; null otherwise."
    )
    fits = serializers.SerializerMethodField(help_text="null where nobody was asked about.")
    why_not = serializers.SerializerMethodField(help_text="Every code that booking would answer now.")

    @extend_schema_field(serializers.ChoiceField([SiteClosed.code, OutsideOpeningHours.code], allow_null=True))
    def get_shut_by(self, session: Session) -> str | None:
        if session.is_live:
            return None
        if session.outside_hours:
            return OutsideOpeningHours.code
        return SiteClosed.code if session.closed_by_id is not None else None

    def get_counselors(self, session: Session) -> list[str]:
        return [str(counselor.pk) for counselor in session.counselors.all()]

    def get_counselor_names(self, session: Session) -> list[str]:
        return [counselor.short_name for counselor in session.counselors.all()]

    def get_room_name(self, session: Session) -> str | None:
        return session.room.name if session.room else None

    def get_telehealth_url(self, session: Session) -> str | None:
        opens: frozenset[int] = self.context.get("opens", frozenset())
        return session.telehealth_url if session.pk in opens else None

    def get_fits(self, session: Session) -> bool | None:
        found = self._fit(session)
        return found.fits if found else None

    @extend_schema_field(serializers.ListField(child=serializers.ChoiceField(list(BY_CODE))))
    def get_why_not(self, session: Session) -> list[str]:
        found = self._fit(session)
        return list(found.why_not) if found else []

    def _fit(self, session: Session) -> SessionFit | None:
        found: SessionFit | None = self.context.get("fits", {}).get(session.pk)
        return found
