"""Promises to come: made, moved and taken back."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.base import Resource
from api.fields import Id, IdFilter, InstantFilter, OptionalText, SiteInstant, Subject, Text
from api.idempotency import once_per_key
from api.inputs import Input, Parameters
from api.resources.sessions import CancelInput
from people.errors import InvalidInput, NotAllowed
from people.models import Patient
from scheduling.enums import BookingStatus, Kind
from scheduling.models import Booking, Session
from scheduling.permissions import manages_booking
from scheduling.queries import bookings_for_display
from scheduling.services.booking import book, cancel, move
from scheduling.services.excusing import excuse, take_excuse_back
from scheduling.services.seat_offers import accept, decline


class BookingAnswer(serializers.Serializer[Booking]):
    id = Id()
    session = Id("session_id")
    patient = Id("patient_id")
    status = serializers.ChoiceField(BookingStatus.choices)
    starts_at = SiteInstant(site="session.site")
    ends_at = SiteInstant(site="session.site")
    kind = serializers.ChoiceField(Kind.choices, source="session.kind")
    standing_booking = Id("standing_booking_id", allow_null=True)
    stands_for = Id("stands_for_id", allow_null=True, help_text="The evening of the series that it was moved from.")
    makes_up_for = Id("makes_up_for_id", allow_null=True, help_text="The absence that it makes up for.")
    waitlist_position = serializers.IntegerField(allow_null=True)
    uid = serializers.CharField()
    created_at = SiteInstant(site="session.site")
    cancelled_at = SiteInstant(site="session.site", allow_null=True)
    late = serializers.BooleanField(help_text="Cancelled past the program's cut-off.")
    late_excused_at = SiteInstant(site="session.site", allow_null=True)
    late_excuse_reason = Text(help_text="One of the program's reasons, where staff excused it.")
    offer_expires_at = SiteInstant(
        source="held_until", site="session.site", allow_null=True, help_text="Until when an offered seat is held."
    )


class BookingInput(Input):
    answer = BookingAnswer
    session = Subject(Session.objects.visible_to)
    patient = Subject(Patient.objects.visible_to, required=False, allow_null=True, help_text="Staff name somebody.")
    waitlist = serializers.BooleanField(required=False, allow_null=True)
    accept_work_overlap = serializers.BooleanField(required=False, allow_null=True)
    override_reason = OptionalText(max_length=300, help_text="Staff only: why the rules that it lifts do not hold.")
    makes_up_for = Subject(
        Booking.objects.visible_to,
        required=False,
        allow_null=True,
        help_text="Staff only: what the patient missed, gave up late, or lost with its session.",
    )


class MoveInput(Input):
    session = Subject(Session.objects.visible_to)
    accept_work_overlap = serializers.BooleanField(required=False, allow_null=True)
    override_reason = OptionalText(max_length=300, help_text="Staff only: why the rules that it lifts do not hold.")


class ExcuseInput(Input):
    reason = serializers.CharField(max_length=60, help_text="One of the program's reasons.")


class BookingParameters(Parameters):
    status = serializers.ChoiceField(BookingStatus.choices, required=False)
    starts_after = InstantFilter(required=False, help_text="From this moment on.")
    starts_before = InstantFilter(required=False, help_text="Up to this moment, not included.")
    patient = Subject(Patient.objects.visible_to, required=False)
    session = IdFilter(required=False)


class Bookings(Resource):
    """One's own, or those of the people whom one sees."""

    @property
    def seen(self) -> QuerySet[Booking]:
        return bookings_for_display(Booking.objects.visible_to(self.user))

    @extend_schema(parameters=[BookingParameters], responses=BookingAnswer(many=True))
    def list(self, request: Request) -> Response:
        """The soonest first."""
        asked = self.asked(BookingParameters)
        if "patient" in asked:
            self.looked_at(asked["patient"])
        filters = {
            "status": "status",
            "starts_after": "starts_at__gte",
            "starts_before": "starts_at__lt",
            "patient": "patient",
            "session": "session_id",
        }
        rows = self.seen.filter(**{lookup: asked[name] for name, lookup in filters.items() if name in asked})
        return self.answer_page(self.page(rows.order_by("starts_at", "pk")), BookingAnswer)

    @extend_schema(request=BookingInput, responses={201: BookingAnswer})
    @once_per_key()
    def create(self, request: Request) -> Response:
        """Booked, or on the waitlist where the session is full and `waitlist` is true."""
        said = self.said(BookingInput)
        session, patient = said["session"], said.get("patient") or self._own_patient()
        self._may_book(patient, session, said)
        booking = book(
            patient,
            session,
            actor=self.user,
            now=self.now,
            waitlist=bool(said.get("waitlist")),
            accept_work_overlap=bool(said.get("accept_work_overlap")),
            override_reason=said.get("override_reason", ""),
            makes_up_for=said["makes_up_for"].pk if said.get("makes_up_for") else None,
        )
        return self._answer(booking, status=201)

    @extend_schema(responses=BookingAnswer)
    def retrieve(self, request: Request, booking_id: str) -> Response:
        return self.answer(self.find(self.seen, booking_id), BookingAnswer)

    @extend_schema(request=CancelInput, responses=BookingAnswer)
    def cancel(self, request: Request, booking_id: str) -> Response:
        """Give the seat back; cancelling twice changes nothing."""
        booking = self.find(self.seen, booking_id)
        self.must("scheduling.change_booking", booking)
        reason = self.said(CancelInput).get("reason", "")
        return self._answer(cancel(booking, actor=self.user, now=self.now, reason=reason))

    @extend_schema(request=MoveInput, responses=BookingAnswer)
    @once_per_key()
    def move(self, request: Request, booking_id: str) -> Response:
        """Exchange it for another session, all or nothing; the answer is the new booking."""
        booking = self.find(self.seen, booking_id)
        self.must("scheduling.change_booking", booking)
        said = self.said(MoveInput)
        self._may_book(booking.patient, said["session"], said)
        moved = move(
            booking,
            said["session"],
            actor=self.user,
            now=self.now,
            accept_work_overlap=bool(said.get("accept_work_overlap")),
            override_reason=said.get("override_reason", ""),
        )
        return self._answer(moved)

    @extend_schema(request=None, responses=BookingAnswer)
    @once_per_key()
    def accept(self, request: Request, booking_id: str) -> Response:
        """Take the offered seat; 409 `offer_expired` once its time is over."""
        booking = self.find(self.seen, booking_id)
        self.must("scheduling.answer_offer", booking)
        return self._answer(accept(booking, actor=self.user, now=self.now))

    @extend_schema(request=None, responses=BookingAnswer)
    @once_per_key()
    def decline(self, request: Request, booking_id: str) -> Response:
        """Leave the offered seat, and the line, to the next."""
        booking = self.find(self.seen, booking_id)
        self.must("scheduling.answer_offer", booking)
        return self._answer(decline(booking, actor=self.user, now=self.now))

    @extend_schema(request=ExcuseInput, responses=BookingAnswer)
    @once_per_key()
    def excuse(self, request: Request, booking_id: str) -> Response:
        """Staff excuse a late cancellation; it stays late, with the excuse beside it."""
        booking = self.find(self.seen, booking_id)
        self.must("scheduling.excuse_cancellation", booking)
        return self._answer(excuse(booking, reason=self.said(ExcuseInput)["reason"], actor=self.user, now=self.now))

    @extend_schema(request=None, responses={200: BookingAnswer})
    def take_excuse_back(self, request: Request, booking_id: str) -> Response:
        """It counts as late again."""
        booking = self.find(self.seen, booking_id)
        self.must("scheduling.excuse_cancellation", booking)
        return self._answer(take_excuse_back(booking, actor=self.user, now=self.now))

    def _own_patient(self) -> Patient:
        patient_id = self.user.scope.patient_id
        if patient_id is None:
            raise InvalidInput({"patient": _("Name the patient who is to be booked.")})
        own: Patient = Patient.objects.get(pk=patient_id)
        return own

    def _may_book(self, patient: Patient, session: Session, said: dict[str, Any]) -> None:
        """Raises NotAllowed for a booking that is not one's to make, and for what only staff may say of it."""
        wanted = Booking(patient=patient, session=session)
        self.must("scheduling.change_booking", wanted)
        if manages_booking(self.user, wanted):
            return
        if said.get("override_reason"):
            raise NotAllowed(_("Only the clinic's staff can lift a rule, with a reason."))
        if said.get("makes_up_for"):
            raise NotAllowed(_("Only the clinic's staff can say what it makes up for."))

    def _answer(self, booking: Booking, *, status: int = 200) -> Response:
        shown = bookings_for_display(Booking.objects.filter(pk=booking.pk)).get()
        return self.answer(shown, BookingAnswer, status=status)
