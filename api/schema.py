"""The OpenAPI description: what every address has in common is said here once."""

from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter

from api.idempotency import HEADER

PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status", "detail", "code", "errors"],
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"type": "string", "description": "Stable; switch on this."},
        "errors": {
            "type": "object",
            "description": "Sentences by field, for `invalid`.",
            "additionalProperties": {"type": "array", "items": {"type": "string"}},
        },
    },
    "additionalProperties": True,
}
REFUSED = {
    "description": "A problem document (RFC 9457).",
    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
}
KEY = OpenApiParameter(
    HEADER,
    str,
    OpenApiParameter.HEADER,
    description="Sent again within a day with the same body, the request is answered again and happens once. "
    "Refusals are not kept.",
)

DESCRIPTION = """
Scheduling, attendance and weekly hours.

**Signing in.** `Authorization: Bearer <token>`, or the session cookie with its CSRF token.

**Values.** Ids are opaque strings. Moments are RFC 3339; answers use the offset of the site, any offset is taken.
Durations are whole minutes in fields named `*_minutes`. Local dates are `YYYY-MM-DD`. What is absent is `null`.
`from` and `to` widen to whole weeks; `week` is any date of the week meant.

**Lists** answer `results`, `next` and `previous`; `limit` is 50 unless told, 200 at most.

**Refusals** are problem documents; their `code` is stable. What one may not see answers 404, what one sees but may
not do 403.

**Repeating.** POSTs that create take `Idempotency-Key`. Answers are kept for a day; the same key with another body
answers 409 `idempotency_conflict`. Addresses that are shown only once are `null` in a repeated answer.
"""


class Schema(AutoSchema):
    """Adds what the views do not say each for themselves: refusals, and the key of POSTs that create."""

    def get_override_parameters(self) -> Any:
        action = getattr(self.view, getattr(self.view, "action", None) or "", None)
        return [KEY] if getattr(action, "takes_idempotency_key", False) else []

    def get_operation(self, *args: Any, **kwargs: Any) -> Any:
        operation = super().get_operation(*args, **kwargs)
        if operation is not None:
            operation["responses"]["default"] = REFUSED
        return operation


def describe(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """A postprocessing hook: the introduction, and what a refusal looks like."""
    result["info"]["description"] = DESCRIPTION.strip()
    result["components"].setdefault("schemas", {})["Problem"] = PROBLEM
    return result
