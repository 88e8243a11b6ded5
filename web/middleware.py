"""The language that a signed-in person chose, on whatever device they use; nothing of theirs stays on it; what is gone
is 404."""

from collections.abc import Callable
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django.utils import translation

from people.errors import NotThere
from web.views.errors import form_only, not_found

NO_PAGES = ("/api/", "/hooks/")


class PersonalLanguageMiddleware:
    """Speaks the account's own language; strangers are met in their browser's."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path.startswith("/calendar/") and request.path.endswith(".ics"):
            return self.get_response(request)
        if request.user.is_authenticated:
            translation.activate(request.user.language)
            request.LANGUAGE_CODE = translation.get_language()
        return self.get_response(request)


class PrivatePagesMiddleware:
    """What a signed-in person saw stays in no cache: on a shared computer, "back" after signing out shows nothing."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.user.is_authenticated:
            response.headers.setdefault("Cache-Control", "private, no-store")
        return response


class SignInAgainMiddleware:
    """Where a sign-in has ended meanwhile, a script is sent to the form with the whole page, and back to where it was:
    it would put the form in the place of the part that it asked for.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        form = resolve_url(settings.LOGIN_URL)
        is_sent_there = response.status_code == 302 and urlsplit(response.headers["Location"]).path == form
        if "HX-Request" not in request.headers or not is_sent_there:
            return response
        page = urlsplit(request.headers.get("HX-Current-URL", "/"))
        back = f"{page.path or '/'}?{page.query}" if page.query else page.path or "/"
        return HttpResponse(status=204, headers={"HX-Redirect": f"{form}?{urlencode({'next': back})}"})


class MissingRowMiddleware:
    """What a service found gone, or not to exist for somebody, is the page of an address that leads nowhere."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        return not_found(request, exception) if isinstance(exception, NotThere) else None


class FormAddressMiddleware:
    """Whoever opens the address of a form, say after signing in anew in its middle, meets a page, not an empty one."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code != 405 or request.method != "GET" or request.path.startswith(NO_PAGES):
            return response
        page = form_only(request)
        page.headers["Allow"] = response.headers["Allow"]
        return page
