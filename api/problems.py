"""Refusals as problem documents (RFC 9457): `type`, `title`, `status`, `detail`, `code`, `errors`, and their data."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import OperationalError
from django.http import Http404
from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from people.errors import InvalidInput, Refusal
from people.translation import shown

MEDIA_TYPE = "application/problem+json"
OWN_FIELDS = frozenset({"type", "title", "status", "detail", "code", "errors"})
CODES = {
    400: "invalid",
    401: "not_authenticated",
    403: "not_allowed",
    404: "not_found",
    405: "method_not_allowed",
    406: "not_acceptable",
    413: "too_large",
    415: "unsupported_media_type",
    429: "throttled",
    503: "busy",
}
BUSY_WORDS = ("locked", "deadlock detected")


class Busy(exceptions.APIException):
    """The database could not take this just now; nothing was written."""

    status_code = 503
    default_detail = _("Many people are booking just now. Please try again in a few seconds.")
    wait = 2


def problem_handler(error: Exception, context: Mapping[str, Any]) -> Response | None:
    """The answer for an exception of a view; None for one that nobody foresaw, which becomes a 500."""
    if isinstance(error, Refusal):
        set_rollback()
        errors = error.errors if isinstance(error, InvalidInput) else {}
        detail = _in_words(errors) if errors else str(error.detail)
        return problem(error.status, error.code, str(error.title), detail, errors=errors, data=error.data)
    if isinstance(error, Http404):
        error = exceptions.NotFound()
    elif isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied()
    if isinstance(error, OperationalError) and any(word in str(error) for word in BUSY_WORDS):
        error = Busy()
    if not isinstance(error, exceptions.APIException):
        return None
    set_rollback()
    response = _of_framework(error)
    if getattr(error, "auth_header", None):
        response["WWW-Authenticate"] = error.auth_header  # type: ignore[attr-defined]
    if getattr(error, "wait", None):
        response["Retry-After"] = f"{error.wait:.0f}"  # type: ignore[attr-defined]
    return response


def problem(
    status: int,
    code: str,
    title: str,
    detail: str,
    *,
    errors: Mapping[str, Any] | None = None,
    data: Mapping[str, Any] | None = None,
) -> Response:
    """One problem document; `data` stands beside the fields that every problem has."""
    body = {
        "type": f"{settings.BASE_URL}/problems/{code}",
        "title": title,
        "status": status,
        "detail": detail,
        "code": code,
        "errors": {field: [shown(sentence) for sentence in found] for field, found in (errors or {}).items()},
    }
    body |= {name: value for name, value in (data or {}).items() if name not in OWN_FIELDS}
    return Response(body, status=status, content_type=MEDIA_TYPE)


def _of_framework(error: exceptions.APIException) -> Response:
    status = error.status_code
    code = CODES.get(status, "refused")
    if isinstance(error, exceptions.ValidationError):
        errors = flat_errors(error.detail)
        return problem(status, code, str(_("Some of this cannot be accepted")), _in_words(errors), errors=errors)
    title = str(error.default_detail)
    detail = str(error.detail) if isinstance(error.detail, str) else title
    if "{" in title:  # words of the framework's that wait for a verb or a type
        title = detail
    return problem(status, code, title.rstrip("."), detail)


def _in_words(errors: Mapping[str, list[Any]]) -> str:
    """Each sentence once, after the fields that it is about."""
    about: dict[str, list[str]] = {}
    for field, sentences in errors.items():
        for sentence in sentences:
            about.setdefault(str(sentence), []).extend([] if field == "non_field_errors" else [field])
    return " ".join(f"{', '.join(fields)}: {sentence}" if fields else sentence for sentence, fields in about.items())


def flat_errors(detail: Any, path: str = "") -> dict[str, list[str]]:
    """The sentences by the field that they are about; a field inside another is named `breaks[0].starts_at`."""
    if isinstance(detail, Mapping):
        parts = [(_inside(path, name), inner) for name, inner in detail.items()]
    elif isinstance(detail, list | tuple) and not all(isinstance(item, str) for item in detail):
        parts = [(f"{path}[{number}]", inner) for number, inner in enumerate(detail)]
    else:
        sentences = [str(item) for item in detail] if isinstance(detail, list | tuple) else [str(detail)]
        return {path or "non_field_errors": sentences} if sentences else {}
    found: dict[str, list[str]] = {}
    for field, inner in parts:
        for name, sentences in flat_errors(inner, field).items():
            found.setdefault(name, []).extend(sentences)
    return found


def _inside(path: str, name: str | int) -> str:
    if isinstance(name, int):
        return f"{path}[{name}]"
    if name == "non_field_errors":
        return path or name
    return f"{path}.{name}" if path else name
