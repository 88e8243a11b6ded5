"""What is on, and whether it fits."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.base import Resource
from api.fields import (
    IdFilter,
    Instant,
    InstantFilter,
    Number,
    OptionalText,
    Reference,
    Subject,
)
from api.idempotency import once_per_key
from api.inputs import Input, Parameters, given
from api.resources.session_answers import SessionAnswer
from people.errors import InvalidInput
from people.models import Counselor, Patient, Program, Room, Site
from scheduling.enums import Kind, Mode, SessionState
from scheduling.models import Session
from scheduling.queries import SessionFit, for_display, sessions_with_fit
from scheduling.services.session_rules import SessionFields
from scheduling.services.sessions import cancel_session, change_session, create_session
from scheduling.services.slots import open_to_all
from scheduling.services.telehealth import open_links

MOST_COUNSELORS = 10
MOST_BREAKS = 20


class BreakInput(Input):
    starts_at = Instant()
    ends_at = Instant()


class SessionInput(Input):
    answer = SessionAnswer
    program = Reference(Program.objects.visible_to)
    site = Reference(Site.objects.visible_to)
    kind = serializers.ChoiceField(Kind.choices)
    title = serializers.CharField(max_length=120)
    focus = OptionalText(max_length=40)
    starts_at = Instant()
    ends_at = Instant()
    breaks = BreakInput(many=True, required=False, max_length=MOST_BREAKS)  # type: ignore[call-arg]
    capacity = Number(min_value=1)
    counselors = serializers.ListField(
        child=Reference(Counselor.objects.visible_to), required=False, max_length=MOST_COUNSELORS
    )
    room = Reference(lambda user: Room.objects.filter(site__memberships__user=user), required=False, allow_null=True)
    mode = serializers.ChoiceField(Mode.choices, required=False)
    telehealth_url = OptionalText(max_length=200)
    override_reason = OptionalText(
        max_length=300, help_text="Lifts `counselor_unavailable` and `counselor_over_daily_maximum`."
    )

    def validate_telehealth_url(self, text: str) -> str:
        return serializers.URLField().run_validation(text) if text else ""


class SessionParameters(Parameters):
    starts_after = InstantFilter(required=False, help_text="From this moment on.")
    starts_before = InstantFilter(required=False, help_text="Up to this moment, not included.")
    kind = serializers.ChoiceField(Kind.choices, required=False)
    mode = serializers.ChoiceField(Mode.choices, required=False)
    state = serializers.ChoiceField(
        SessionState.choices, required=False, help_text="Without it, all but those cancelled."
    )
    program = IdFilter(required=False)
    site = IdFilter(required=False)
    counselor = IdFilter(required=False)
    series = IdFilter(required=False)
    fits = serializers.BooleanField(
        required=False, help_text="true leaves out what booking would refuse for more than a full session."
    )
    patient = Subject(Patient.objects.visible_to, required=False, help_text="Whom it should fit; staff name somebody.")


class WhoParameters(Parameters):
    patient = Subject(Patient.objects.visible_to, required=False, help_text="Whom it should fit; staff name somebody.")


class CancelInput(Input):
    reason = OptionalText(max_length=300)


class Sessions(Resource):
    """What is on at one's sites and in one's programs."""

    @property
    def seen(self) -> QuerySet[Session]:
        return self._seen_beside(None)

    @extend_schema(parameters=[SessionParameters], responses=SessionAnswer(many=True))
    def list(self, request: Request) -> Response:
        """The soonest first. Patients see at once what fits them; staff name the patient."""
        asked = self.asked(SessionParameters)
        patient_id = self._whom(asked)
        rows = narrowed(self._seen_beside(patient_id), asked).order_by("starts_at", "pk")
        if not asked.get("fits"):
            return self._answer_with_fit(self.page(rows), patient_id)
        if patient_id is None:
            raise InvalidInput({"patient": _("Name the patient whom the sessions should fit.")})
        # What has begun fits nobody; the rest is asked one by one, and then cut into pages.
        ahead = rows.filter(starts_at__gt=self.now, state=SessionState.SCHEDULED)
        fitting = [found for found in self._with_fit(ahead, patient_id) if found.fits]
        page = self.page(fitting)
        fits = {found.session.pk: found for found in page}
        return self._answer_page([found.session for found in page], fits)

    @extend_schema(request=SessionInput, responses={201: SessionAnswer})
    @once_per_key()
    def create(self, request: Request) -> Response:
        self.must("scheduling.change_session")
        said = given(self.said(SessionInput))
        self.must("scheduling.change_session", Session(site=said["site"]))
        reason = said.pop("override_reason", "")
        fields = SessionFields(**_as_fields(said))
        session = create_session(fields, actor=self.user, now=self.now, override_reason=reason)
        return self._answer_one(self.seen.get(pk=session.pk), status=201)

    @extend_schema(parameters=[WhoParameters], responses=SessionAnswer)
    def retrieve(self, request: Request, session_id: str) -> Response:
        patient_id = self._whom(self.asked(WhoParameters))
        session = self.find(self._seen_beside(patient_id), session_id)
        return self._answer_one(session, fits=self._fits([session], patient_id))

    @extend_schema(request=SessionInput, responses=SessionAnswer)
    def partial_update(self, request: Request, session_id: str) -> Response:
        """Bookings follow the session in time; where somebody cannot, nothing moves."""
        session = self.find(self.seen, session_id)
        self.must("scheduling.change_session", session)
        said = self.said(SessionInput, partial=True)
        self.must("scheduling.change_session", Session(site=said.get("site", session.site)))
        reason = said.pop("override_reason", "")
        fields = SessionFields(**{**_fields_of(session), **_as_fields(said)})
        change_session(session, fields, actor=self.user, now=self.now, override_reason=reason)
        return self._answer_one(self.seen.get(pk=session.pk))

    @extend_schema(request=CancelInput, responses=SessionAnswer)
    def cancel(self, request: Request, session_id: str) -> Response:
        """Call it off, and every booking with it."""
        session = self.find(self.seen, session_id)
        self.must("scheduling.change_session", session)
        cancel_session(session, actor=self.user, now=self.now, reason=self.said(CancelInput).get("reason", ""))
        return self._answer_one(self.seen.get(pk=session.pk))

    @extend_schema(request=None, responses=SessionAnswer)
    def open_to_all(self, request: Request, session_id: str) -> Response:
        """Patients of any counselor may book it themselves from now on."""
        session = self.find(self.seen, session_id)
        self.must("scheduling.change_session", session)
        open_to_all(session, actor=self.user, now=self.now)
        return self._answer_one(self.seen.get(pk=session.pk))

    def _seen_beside(self, patient_id: int | None) -> QuerySet[Session]:
        """Those that one sees; with a patient, without those that do not exist for them."""
        rows = Session.objects.visible_to(self.user)
        return for_display(rows if patient_id is None else rows.existing_for(patient_id))

    def _whom(self, asked: dict[str, Any]) -> int | None:
        patient: Patient | None = asked.get("patient")
        return patient.pk if patient else self.user.scope.patient_id

    def _fits(self, sessions: Iterable[Session], patient_id: int | None) -> dict[int, SessionFit]:
        if patient_id is None:
            return {}
        return {found.session.pk: found for found in self._with_fit(sessions, patient_id)}

    def _with_fit(self, sessions: Iterable[Session], patient_id: int) -> Sequence[SessionFit]:
        return sessions_with_fit(sessions, patient_id, now=self.now, by_staff=patient_id != self.user.scope.patient_id)

    def _answer_with_fit(self, page: Sequence[Session], patient_id: int | None) -> Response:
        return self._answer_page(page, self._fits(page, patient_id))

    def _answer_page(self, page: Sequence[Session], fits: dict[int, SessionFit]) -> Response:
        return self.answer_page(page, SessionAnswer, fits=fits, opens=open_links(page, self.user, now=self.now))

    def _answer_one(self, session: Session, *, status: int = 200, **context: Any) -> Response:
        opens = open_links([session], self.user, now=self.now)
        return self.answer(session, SessionAnswer, status=status, opens=opens, **context)


def narrowed(rows: QuerySet[Session], asked: dict[str, Any]) -> QuerySet[Session]:
    """The sessions that the parameters leave."""
    filters = {
        "starts_after": "starts_at__gte",
        "starts_before": "starts_at__lt",
        "kind": "kind",
        "mode": "mode",
        "state": "state",
        "program": "program_id",
        "site": "site_id",
        "counselor": "leads__counselor_id",
        "series": "series_id",
    }
    rows = rows.filter(**{lookup: asked[name] for name, lookup in filters.items() if name in asked})
    return rows if "state" in asked else rows.exclude(state=SessionState.CANCELLED)


def _fields_of(session: Session) -> dict[str, Any]:
    return {
        "program": session.program,
        "site": session.site,
        "kind": session.kind,
        "title": session.title,
        "focus": session.focus,
        "starts_at": session.starts_at,
        "ends_at": session.ends_at,
        "breaks": tuple((pause.start, pause.end) for pause in session.break_intervals),
        "capacity": session.capacity,
        "counselors": tuple(session.counselors.all()),
        "room": session.room,
        "mode": session.mode,
        "telehealth_url": session.telehealth_url,
    }


def _as_fields(said: dict[str, Any]) -> dict[str, Any]:
    """The values as the service takes them: pairs for breaks, tuples for lists."""
    fields = dict(said)
    if "breaks" in fields:
        fields["breaks"] = tuple((pause["starts_at"], pause["ends_at"]) for pause in fields["breaks"])
    if "counselors" in fields:
        fields["counselors"] = tuple(fields["counselors"])
    return fields
