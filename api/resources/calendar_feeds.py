"""Calendar feeds: secret addresses that a calendar app subscribes to."""

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.base import Resource
from api.fields import Id, Number, OptionalText, SiteInstant, Text
from api.idempotency import once_per_key
from api.inputs import Input, given
from notifications.enums import FeedDetail
from notifications.models import CalendarFeed
from notifications.services.feeds import change_feed, create_feed, revoke_feed, rotate_feed
from people.models import Patient


class FeedAnswer(serializers.Serializer[CalendarFeed]):
    id = Id()
    name = serializers.CharField()
    detail = serializers.ChoiceField(FeedDetail.choices)
    alarm_minutes = serializers.IntegerField(allow_null=True)
    color = Text()
    url = serializers.SerializerMethodField(help_text="Shown once: when the feed is made, and when it is rotated.")
    last_fetched_at = SiteInstant(site=None, allow_null=True)
    revoked_at = SiteInstant(site=None, allow_null=True)

    def get_url(self, feed: CalendarFeed) -> str | None:
        url: str | None = self.context.get("url")
        return url


class FeedInput(Input):
    answer = FeedAnswer
    name = OptionalText(max_length=200)
    detail = serializers.ChoiceField(FeedDetail.choices, required=False)
    alarm_minutes = Number(required=False, allow_null=True)
    color = OptionalText(max_length=16)


class CalendarFeeds(Resource):
    """One's own alone: how much a calendar shows is nobody else's business."""

    @property
    def seen(self) -> QuerySet[CalendarFeed]:
        seen: QuerySet[CalendarFeed] = CalendarFeed.objects.visible_to(self.user)
        return seen

    @extend_schema(responses=FeedAnswer(many=True))
    def list(self, request: Request) -> Response:
        """The oldest first, those switched off too."""
        return self.answer_page(self.page(self.seen.order_by("pk")), FeedAnswer)

    @extend_schema(request=FeedInput, responses={201: FeedAnswer})
    @once_per_key(shown_once=("url",))
    def create(self, request: Request) -> Response:
        """A new feed, with its address: keep it, it is not shown again."""
        self.must("notifications.change_feed")
        said = given(self.said(FeedInput))
        patient = Patient.objects.get(user=self.user)
        feed, path = create_feed(patient, actor=self.user, now=self.now, **said)
        return self.answer(feed, FeedAnswer, status=201, url=request.build_absolute_uri(path))

    @extend_schema(responses=FeedAnswer)
    def retrieve(self, request: Request, feed_id: str) -> Response:
        return self.answer(self.find(self.seen, feed_id), FeedAnswer)

    @extend_schema(request=FeedInput, responses=FeedAnswer)
    def partial_update(self, request: Request, feed_id: str) -> Response:
        """Another name, detail, alarm or colour; the address stays."""
        feed = self.find(self.seen, feed_id)
        self.must("notifications.change_feed", feed)
        fields = {name: getattr(feed, name) for name in ("name", "detail", "alarm_minutes", "color")}
        fields |= self.said(FeedInput, partial=True)
        return self.answer(change_feed(feed, actor=self.user, now=self.now, **fields), FeedAnswer)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, feed_id: str) -> Response:
        """Switch it off for good: its address is unknown from now on."""
        feed = self.find(self.seen, feed_id)
        self.must("notifications.change_feed", feed)
        revoke_feed(feed, actor=self.user, now=self.now)
        return Response(status=204)

    @extend_schema(request=None, responses=FeedAnswer)
    @once_per_key(shown_once=("url",))
    def rotate(self, request: Request, feed_id: str) -> Response:
        """A new address; the old one is dead at once."""
        feed = self.find(self.seen, feed_id)
        self.must("notifications.change_feed", feed)
        rotated, path = rotate_feed(feed, actor=self.user, now=self.now)
        return self.answer(rotated, FeedAnswer, url=request.build_absolute_uri(path))
