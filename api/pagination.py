"""Pages of a list: `results`, and the addresses of the `next` and `previous` page."""

from typing import Any

from rest_framework.exceptions import ValidationError
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import remove_query_param, replace_query_param
from rest_framework.views import APIView

DEFAULT_LIMIT = 50
MOST = 200
DEEPEST = 1_000_000


class Page(BasePagination):
    """`?limit=` rows (50, at most 200) from `?offset=` on.

    One row more than asked for is read to learn whether there is a next page; nothing is ever counted, so that a
    page costs the same however long the list is.
    """

    def paginate_queryset(self, queryset: Any, request: Request, view: APIView | None = None) -> list[Any]:
        """The rows of this page. Raises ValidationError for a limit or offset that cannot be read."""
        self.limit = min(_number(request, "limit", default=DEFAULT_LIMIT, least=1), MOST)
        self.offset = _number(request, "offset", default=0, least=0)
        self.url = request.build_absolute_uri()
        rows = list(queryset[self.offset : self.offset + self.limit + 1])
        self.has_next = len(rows) > self.limit
        return rows[: self.limit]

    def get_paginated_response(self, data: Any) -> Response:
        return Response({"results": data, "next": self._next(), "previous": self._previous()})

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        address = {"type": "string", "format": "uri", "nullable": True}
        return {
            "type": "object",
            "required": ["results", "next", "previous"],
            "properties": {"results": schema, "next": address, "previous": address},
        }

    def get_schema_operation_parameters(self, view: APIView) -> list[dict[str, Any]]:
        return [
            _parameter("limit", "Rows a page, 50 unless told, 200 at most.", least=1),
            _parameter("offset", "Rows to leave out first; follow `next` rather than reckoning it.", least=0),
        ]

    def _next(self) -> str | None:
        return replace_query_param(self.url, "offset", self.offset + self.limit) if self.has_next else None

    def _previous(self) -> str | None:
        if self.offset == 0:
            return None
        before = max(0, self.offset - self.limit)
        return replace_query_param(self.url, "offset", before) if before else remove_query_param(self.url, "offset")


def _parameter(name: str, description: str, *, least: int) -> dict[str, Any]:
    schema = {"type": "integer", "minimum": least}
    return {"name": name, "required": False, "in": "query", "description": description, "schema": schema}


def _number(request: Request, name: str, *, default: int, least: int) -> int:
    text = request.query_params.get(name)
    if text is None:
        return default
    if not (text.isascii() and text.isdigit()) or len(text) > 7 or not least <= int(text) <= DEEPEST:
        raise ValidationError({name: [f"Write a whole number from {least} to {DEEPEST}."]})
    return int(text)
