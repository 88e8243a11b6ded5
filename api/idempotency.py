"""`Idempotency-Key`: a POST that is sent twice, or by two at once, happens once and is answered alike.

The key is written in the transaction of the effect. Whoever comes second waits on the unique constraint until the
first is through, and then finds its answer; where the first was refused or died, nothing is left of it, and the
second goes its own way. Refusals are therefore not kept: what was refused may be tried again with the same key.
"""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from hashlib import sha256
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _
from rest_framework.request import Request
from rest_framework.response import Response

from api.models import IdempotencyKey
from people.errors import InvalidInput, Refusal
from people.retries import retrying_deadlocks

if TYPE_CHECKING:
    from api.base import Resource

HEADER = "Idempotency-Key"
LONGEST = 200
KEPT = timedelta(hours=24)

Action = Callable[..., Response]


class IdempotencyConflict(Refusal):
    code = "idempotency_conflict"
    title = _("This key was used for another request")


def once_per_key(*, shown_once: tuple[str, ...] = ()) -> Callable[[Action], Action]:
    """For an action that creates: repeated with the same `Idempotency-Key`, it answers again and does nothing.

    Fields named in `shown_once` are null in a repeated answer: secrets are not kept.
    """

    def decorate(action: Action) -> Action:
        @wraps(action)
        def wrapper(view: "Resource", request: Request, *args: Any, **options: Any) -> Response:
            key = request.headers.get(HEADER)
            if key is None:
                return action(view, request, *args, **options)
            if not key or len(key) > LONGEST or not key.isprintable():
                raise InvalidInput({HEADER: _("A key has 1 to 200 printable characters.")})
            return once(view, request, key, *args, **options)

        @retrying_deadlocks
        def once(view: "Resource", request: Request, key: str, *args: Any, **options: Any) -> Response:
            with transaction.atomic():
                row, known = _claim(view, request, key, now=view.now)
                if known:
                    return _repeated(row)
                response = action(view, request, *args, **options)
                row.status = response.status_code
                row.answer = {**response.data, **dict.fromkeys(shown_once)}
                row.save(update_fields=["status", "answer"])
            return response

        wrapper.takes_idempotency_key = True  # type: ignore[attr-defined]
        return wrapper

    return decorate


def forget(*, now: datetime) -> int:
    """Delete the answers that are older than a day; how many."""
    return IdempotencyKey.objects.filter(created_at__lt=now - KEPT).delete()[0]


def _claim(view: "Resource", request: Request, key: str, *, now: datetime) -> tuple[IdempotencyKey, bool]:
    """The row of the key, and whether it was there before. Raises IdempotencyConflict for another request's key."""
    fingerprint = _fingerprint(request)
    mine = IdempotencyKey.objects.filter(user=view.user, key=key)
    mine.filter(created_at__lt=now - KEPT).delete()
    try:
        with transaction.atomic():
            row = IdempotencyKey.objects.create(
                user=view.user, key=key, path=quote(request.path)[:300], fingerprint=fingerprint, created_at=now
            )
    except IntegrityError:
        row = mine.get()
        if row.fingerprint != fingerprint:
            raise IdempotencyConflict from None
        return row, True
    return row, False


def _repeated(row: IdempotencyKey) -> Response:
    return Response(row.answer, status=row.status, headers={"Idempotency-Replayed": "true"})


def _fingerprint(request: Request) -> str:
    body = json.dumps(request.data, sort_keys=True, separators=(",", ":"))
    return sha256(f"{request.method} {request.path}\n{body}".encode()).hexdigest()
