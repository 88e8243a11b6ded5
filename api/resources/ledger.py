"""The ledger: the evidence beneath each week, to the minute."""

from datetime import timedelta
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.fields import Id, LocalDate, SiteBreaks, SiteInstant, Text
from api.resources.plans import OfPatient
from api.resources.weeks import Span, span_of
from attendance.domain.credit import Why
from attendance.enums import AttendanceMode, AttendanceStatus
from attendance.models import Amendment, AttendanceRecord
from attendance.queries import TREND_WEEKS
from attendance.queries.ledger import LedgerWeek, ledger
from attendance.services.weeks import recount_patient
from people.domain.time import local_date
from people.enums import Look
from scheduling.enums import Kind

SIX_DAYS = timedelta(days=6)


class DeductionAnswer(serializers.Serializer[Any]):
    why = serializers.ChoiceField([(why.value, why.value) for why in Why])
    minutes = serializers.IntegerField()


class PolicyAnswer(serializers.Serializer[Any]):
    grace_minutes = serializers.IntegerField()
    late_cutoff_minutes = serializers.IntegerField(allow_null=True)
    rounding = serializers.CharField()


class AmendmentAnswer(serializers.Serializer[Amendment]):
    """What the record said before and says since, by whom and why."""

    at = SiteInstant(site="record.session.site")
    by = Id("by_id")
    reason = serializers.CharField()
    before = serializers.DictField()
    after = serializers.DictField()


class LedgerRowAnswer(serializers.Serializer[AttendanceRecord]):
    """Planned minutes less the deductions are the credited minutes, exactly."""

    session = Id("session_id")
    booking = Id("booking_id")
    attendance = Id()
    on = serializers.SerializerMethodField()
    starts_at = SiteInstant(site="session.site")
    ends_at = SiteInstant(site="session.site")
    kind = serializers.ChoiceField(Kind.choices, source="session.kind")
    focus = Text(source="session.focus")
    counselors = serializers.SerializerMethodField()
    mode = serializers.ChoiceField(AttendanceMode.choices)
    status = serializers.ChoiceField(AttendanceStatus.choices)
    arrived_at = SiteInstant(site="session.site", allow_null=True)
    left_at = SiteInstant(site="session.site", allow_null=True)
    planned_minutes = serializers.IntegerField()
    late_minutes = serializers.IntegerField()
    early_minutes = serializers.IntegerField()
    deductions = DeductionAnswer(many=True)
    credited_minutes = serializers.IntegerField()
    policy = PolicyAnswer()
    breaks = SiteBreaks(site="session.site")
    excuse_reason = Text()
    excuse_given_by = Text()
    excuse_given_at = SiteInstant(site="session.site", allow_null=True)
    excuse_before_session = serializers.BooleanField(allow_null=True)
    document_seen = serializers.BooleanField()
    remark = Text()
    recorded_by = Id("recorded_by_id", allow_null=True)
    recorded_at = SiteInstant(site="session.site")
    makes_up_for = Id("booking.makes_up_for_id", allow_null=True, help_text="The booking that this one makes up for.")
    made_up_by = serializers.SerializerMethodField(help_text="The booking that makes up for this one.")
    amendments = AmendmentAnswer(many=True)

    def get_made_up_by(self, record: AttendanceRecord) -> str | None:
        return next((str(one.pk) for one in record.booking.make_ups.all() if one.live), None)

    def get_on(self, record: AttendanceRecord) -> str:
        return local_date(record.starts_at, record.session.site.zone).isoformat()

    def get_counselors(self, record: AttendanceRecord) -> list[str]:
        return [str(counselor.pk) for counselor in record.session.counselors.all()]


class LedgerWeekAnswer(serializers.Serializer[LedgerWeek]):
    week = LocalDate(source="week.week")
    admission = Id("week.admission_id")
    min_minutes = serializers.IntegerField(source="week.min_minutes")
    credited_minutes = serializers.IntegerField(source="week.credited_minutes")
    rows = LedgerRowAnswer(many=True, source="records")


class LedgerAnswer(serializers.Serializer[Any]):
    patient = Id()
    weeks = LedgerWeekAnswer(many=True)

    def get_fields(self) -> dict[str, Any]:
        names = {"from": LocalDate(source="first"), "to": LocalDate(source="last")}  # `from` is no name in Python
        fields: dict[str, Any] = super().get_fields()
        return {"patient": fields["patient"], **names, "weeks": fields["weeks"]}


class Ledger(OfPatient):
    """One patient's weeks with everything that counted."""

    pagination_class = None

    @extend_schema(parameters=[Span], responses=LedgerAnswer)
    def retrieve(self, request: Request, patient_id: str) -> Response:
        """The earliest first; without dates, the last eight weeks. The look is recorded."""
        patient = self.patient()
        self.must("attendance.see_ledger", patient)
        today = local_date(self.now, self.zone)
        first, last = span_of(self.asked(Span), today=today, weeks_back=TREND_WEEKS)
        self.looked_at(patient, Look.REPORT)
        recount_patient(patient.pk, now=self.now, first=first, last=last)
        weeks = ledger(patient.pk, first=first, last=last)
        if weeks:  # the dates widen to whole weeks
            first, last = min(first, weeks[0].week.week), max(last, weeks[-1].week.week + SIX_DAYS)
        return self.answer({"pk": patient.pk, "first": first, "last": last, "weeks": weeks}, LedgerAnswer)
