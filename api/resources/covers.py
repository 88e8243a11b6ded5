"""Who can lead a session in somebody's place; and handing over, or calling off, in one step."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.base import Resource
from api.fields import Id, Instant, InstantFilter, LocalDate, Number, OptionalText, Reference, SiteInstant, Text
from api.idempotency import once_per_key
from api.inputs import Input, Parameters, given
from api.resources.counselors import OfCounselor
from api.resources.session_answers import SessionAnswer
from people.enums import Look
from people.errors import InvalidInput
from people.models import Counselor, Program, Room, Site
from people.services.looks import record_looks
from scheduling.enums import Mode
from scheduling.models import Session
from scheduling.queries import for_display
from scheduling.services.counselor_times import led_between
from scheduling.services.cover import Candidate, SessionCover, cover_of, covers_of
from scheduling.services.handover import Away, Handover, hand_over, settle
from scheduling.services.losses import Loss, losses_of
from scheduling.services.sessions import cancel_session
from scheduling.services.slots import Slot, SlotWish, make_slots

MOST_CHOICES = 60


class CandidateAnswer(serializers.Serializer[Candidate]):
    counselor = Id("counselor.pk")
    name = serializers.CharField(source="counselor.name")
    free = serializers.BooleanField(source="is_free")
    why_not = serializers.SerializerMethodField(help_text="Every code that putting them on it would answer now.")
    free_with_a_reason = serializers.BooleanField(source="is_free_with_a_reason")
    knows = serializers.IntegerField(help_text="Of those booked, the ones whose primary counselor they are.")
    lacks = serializers.ListField(
        child=serializers.CharField(), help_text="Languages of those booked that they do not speak."
    )
    day_minutes = serializers.IntegerField(help_text="What they would lead that day, this session included.")
    has_hours = serializers.BooleanField(help_text="false: no hours are recorded, so they are available always.")

    def get_why_not(self, one: Candidate) -> list[str]:
        return [why.code.value for why in one.findings]


class LossAnswer(serializers.Serializer[Loss]):
    """One person who loses by it, and the sessions that would make it good; none where nothing is needed or left."""

    patient = Id("booking.patient_id")
    patient_name = serializers.CharField(source="patient.name")
    phone = Text(source="patient.phone")
    language = serializers.CharField(source="patient.language")
    booking = Id("booking.pk")
    counted_minutes = serializers.IntegerField(source="week.counted_minutes", help_text="Their week without it.")
    sessions = serializers.SerializerMethodField()
    total_minutes = serializers.IntegerField(source="week.total_minutes", help_text="With these sessions.")
    reaches = serializers.SerializerMethodField(help_text="Whether these bring the week to its minimum.")

    def get_sessions(self, loss: Loss) -> list[str]:
        return [str(pk) for pk in loss.repair_ids]

    def get_reaches(self, loss: Loss) -> bool | None:
        return loss.week.repair.reaches if loss.week.repair else None


class CoverAnswer(serializers.Serializer[SessionCover]):
    session = Id("session.pk")
    state = serializers.CharField(source="session.state")
    starts_at = SiteInstant(site="session.site", source="session.starts_at")
    ends_at = SiteInstant(site="session.site", source="session.ends_at")
    counselors = serializers.SerializerMethodField()
    absent = serializers.SerializerMethodField(help_text="Those of them who are off then.")
    uncovered = serializers.BooleanField(source="is_uncovered")
    replaces = serializers.SerializerMethodField(help_text="In whose place a substitute comes unless told otherwise.")
    booked = serializers.IntegerField()
    languages = serializers.DictField(child=serializers.IntegerField())
    proposed = serializers.SerializerMethodField(help_text="The best who is free; null where nobody is.")
    candidates = CandidateAnswer(many=True)
    patients = serializers.SerializerMethodField(help_text="Who loses by calling it off; only for one session.")

    def get_counselors(self, cover: SessionCover) -> list[str]:
        return [str(one.pk) for one in cover.leads]

    def get_absent(self, cover: SessionCover) -> list[str]:
        return [str(pk) for pk in sorted(cover.absent)]

    def get_replaces(self, cover: SessionCover) -> str | None:
        return str(cover.replaced.pk) if cover.replaced else None

    def get_proposed(self, cover: SessionCover) -> str | None:
        return str(cover.proposed.counselor.pk) if cover.proposed else None

    @extend_schema_field(LossAnswer(many=True))
    def get_patients(self, cover: SessionCover) -> Any:
        return LossAnswer(self.context.get("losses", ()), many=True, context=self.context).data


class CoverInput(Input):
    """Either a substitute, or `cancel`."""

    substitute = Reference(Counselor.objects.visible_to, required=False, allow_null=True)
    absent = Reference(
        Counselor.objects.visible_to, required=False, allow_null=True, help_text="In whose place; else `replaces`."
    )
    cancel = serializers.BooleanField(required=False)
    reason = OptionalText(max_length=300)
    override_reason = OptionalText(
        max_length=300, help_text="Lifts `counselor_unavailable` and `counselor_over_daily_maximum`."
    )


class Covers(Resource):
    """For whoever manages the session's site, or leads it; calling it off is for the former."""

    @extend_schema(responses=CoverAnswer)
    def retrieve(self, request: Request, session_id: str) -> Response:
        """The best first; and for each person booked what would make good their hours if it were called off."""
        return self._answer(self._session(session_id))

    @extend_schema(request=CoverInput, responses=CoverAnswer)
    @once_per_key()
    def create(self, request: Request, session_id: str) -> Response:
        """Hand it over, or call it off; the answer is how it stands then."""
        session = self._session(session_id)
        said = given(self.said(CoverInput))
        if bool(said.get("substitute")) == bool(said.get("cancel")):
            raise InvalidInput({"substitute": _("Name a substitute, or cancel.")})
        if said.get("cancel"):
            self.must("scheduling.change_session", session)
            cancel_session(session, actor=self.user, now=self.now, reason=said.get("reason", ""))
        else:
            absent = said["absent"] if "absent" in said else cover_of(session).replaced
            hand_over(
                [Handover(session.pk, said["substitute"].pk, absent.pk if absent else None)],
                actor=self.user,
                now=self.now,
                override_reason=self._override(said, session),
                reason=said.get("reason", ""),
            )
        return self._answer(for_display(Session.objects.all()).get(pk=session.pk))

    def _session(self, session_id: str) -> Session:
        session: Session = self.find(for_display(Session.objects.visible_to(self.user)), session_id)
        self.must("scheduling.cover_session", session)
        return session

    def _override(self, said: dict[str, Any], session: Session) -> str:
        """A reason counts from whoever manages the site alone."""
        if said.get("override_reason"):
            self.must("scheduling.change_session", session)
        return str(said.get("override_reason", ""))

    def _answer(self, session: Session) -> Response:
        losses = losses_of(session, now=self.now)
        record_looks(Look.PATIENT, [one.patient for one in losses], actor=self.user, now=self.now)
        return self.answer(cover_of(session), CoverAnswer, losses=losses)


class AwayParameters(Parameters):
    starts_at = InstantFilter()
    ends_at = InstantFilter()


class ChoiceInput(Input):
    session = Reference(lambda user: Session.objects.visible_to(user).select_related("site"))
    substitute = Reference(Counselor.objects.visible_to, required=False, allow_null=True)
    cancel = serializers.BooleanField(required=False)


class AwayInput(Input):
    """Each session that is named is covered or called off; those left out stay as they are."""

    starts_at = Instant()
    ends_at = Instant()
    choices = ChoiceInput(many=True, required=False, max_length=MOST_CHOICES)  # type: ignore[call-arg]
    time_off = serializers.BooleanField(required=False, help_text="false where it was entered before.")
    reason = OptionalText(max_length=120)
    override_reason = OptionalText(max_length=300)


class SettlementAnswer(serializers.Serializer[Any]):
    covered = SessionAnswer(many=True)
    called_off = SessionAnswer(many=True)


class CounselorCovers(OfCounselor):
    """All that a counselor leads in a stretch of time: "Dana is away today"."""

    @extend_schema(parameters=[AwayParameters], responses=CoverAnswer(many=True))
    def list(self, request: Request, counselor_id: str) -> Response:
        """Their sessions still ahead, with who could take each; nobody is proposed twice at a time."""
        counselor = self.counselor(counselor_id, "people.change_counselor")
        asked = self.asked(AwayParameters)
        rows = for_display(led_between(counselor, **asked, by=self.user, now=self.now))
        return self.answer_page(covers_of(self.page(rows), without={counselor.pk}), CoverAnswer)

    @extend_schema(request=AwayInput, responses=SettlementAnswer)
    @once_per_key()
    def create(self, request: Request, counselor_id: str) -> Response:
        """All of it or nothing; the time off is kept with it."""
        counselor = self.counselor(counselor_id, "people.change_counselor")
        said = given(self.said(AwayInput))
        choices = said.get("choices", ())
        for one in choices:
            self.must("scheduling.change_session", one["session"])
            if bool(one.get("substitute")) == bool(one.get("cancel")):
                raise InvalidInput({"choices": _("Name a substitute, or cancel.")})
        away = Away(counselor, said["starts_at"], said["ends_at"], said.get("reason", ""))
        done = settle(
            [
                Handover(one["session"].pk, one["substitute"].pk, counselor.pk)
                for one in choices
                if one.get("substitute")
            ],
            [one["session"].pk for one in choices if one.get("cancel")],
            actor=self.user,
            now=self.now,
            override_reason=said.get("override_reason", ""),
            away=away,
            keep_time_off=said.get("time_off", True),
        )
        shown = {
            name: list(for_display(Session.objects.filter(pk__in=[one.pk for one in rows])).order_by("starts_at", "pk"))
            for name, rows in (("covered", done.covered), ("called_off", done.called_off))
        }
        return self.answer(shown, SettlementAnswer)


class SlotAnswer(serializers.Serializer[Slot]):
    starts_at = serializers.SerializerMethodField()
    ends_at = serializers.SerializerMethodField()
    session = serializers.SerializerMethodField(help_text="null in a preview, and where none was made.")
    why_not = Text()
    detail = Text()

    def get_starts_at(self, slot: Slot) -> str:
        return str(slot.interval.start.astimezone(self.context["site_zone"]).isoformat())

    def get_ends_at(self, slot: Slot) -> str:
        return str(slot.interval.end.astimezone(self.context["site_zone"]).isoformat())

    def get_session(self, slot: Slot) -> str | None:
        return str(slot.session.pk) if slot.session is not None and not self.context["preview"] else None


class SlotsAnswer(serializers.Serializer[Any]):
    made = serializers.IntegerField(help_text="In a preview: how many would be made.")
    slots = SlotAnswer(many=True)


class SlotsInput(Input):
    program = Reference(Program.objects.visible_to)
    site = Reference(Site.objects.visible_to)
    starts_on = LocalDate()
    ends_on = LocalDate()
    minutes = Number(min_value=1)
    pause_minutes = Number(required=False)
    title = serializers.CharField(max_length=120, required=False)
    room = Reference(lambda user: Room.objects.filter(site__memberships__user=user), required=False, allow_null=True)
    mode = serializers.ChoiceField(Mode.choices, required=False)
    open_to_all = serializers.BooleanField(
        required=False,
        help_text="true: for the whole program; else only the counselor's own patients book it themselves.",
    )
    preview = serializers.BooleanField(required=False, help_text="true writes nothing and answers what it would do.")


class Slots(OfCounselor):
    """One-to-one sessions from a counselor's hours."""

    @extend_schema(request=SlotsInput, responses={201: SlotsAnswer, 200: SlotsAnswer})
    @once_per_key()
    def create(self, request: Request, counselor_id: str) -> Response:
        """Every slot of the hours; what clashes is left out and says why. A second time makes none twice."""
        counselor = self.counselor(counselor_id, "people.change_counselor_times")
        said = given(self.said(SlotsInput))
        if self.user.scope.counselor_id != counselor.pk:
            self.must("scheduling.change_session", Session(site=said["site"]))
        preview = said.pop("preview", False)
        wish = SlotWish(first=said.pop("starts_on"), last=said.pop("ends_on"), **said)
        slots = make_slots(counselor, wish, actor=self.user, now=self.now, preview=preview)
        made = sum(one.session is not None for one in slots)
        found = {"made": made, "slots": slots}
        status = 201 if made and not preview else 200
        return self.answer(found, SlotsAnswer, status=status, site_zone=wish.site.zone, preview=preview)
