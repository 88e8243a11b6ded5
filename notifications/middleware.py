"""A short way for calendar feeds: past sessions, languages, cookies and everything else that is made for people."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve

from notifications.views import calendar_feed

Handler = Callable[[HttpRequest], HttpResponse]


class CalendarFeedMiddleware:
    """Answers feeds itself, so that no later middleware makes the answer vary by language or cookie."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path_info.endswith(".ics"):
            return self.get_response(request)
        try:
            match = resolve(request.path_info)
        except Resolver404:
            return self.get_response(request)
        if match.func is not calendar_feed:
            return self.get_response(request)
        request.resolver_match = match
        return calendar_feed(request, **match.kwargs)
