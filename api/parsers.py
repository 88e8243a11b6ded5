"""Reading a body: JSON, of bounded size and depth, in characters that can be stored."""

import json
from collections.abc import Mapping
from typing import IO, Any

from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import APIException, ParseError
from rest_framework.parsers import BaseParser

MOST_BYTES = 1024 * 1024


class TooLarge(APIException):
    """The body is longer than anything that the API takes."""

    status_code = 413
    default_detail = _("The body is larger than 1 MB.")
    default_code = "too_large"


class JsonParser(BaseParser):
    """JSON as RFC 8259 has it: UTF-8, no NaN. What cannot be read is refused as a whole."""

    media_type = "application/json"

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        """The value. Raises ParseError for what is no JSON, TooLarge for more than a megabyte."""
        body = stream.read(MOST_BYTES + 1)
        if len(body) > MOST_BYTES:
            raise TooLarge
        try:
            text = body.decode("utf-8")
            value = json.loads(text, parse_constant=_refuse_constant)
            if "\\ud" in text.lower():  # half a surrogate pair can be written, but neither stored nor sent back
                json.dumps(value, ensure_ascii=False).encode("utf-8")
        except (ValueError, RecursionError) as error:
            raise ParseError(_("The body is not JSON that can be read.")) from error
        return value


def _refuse_constant(name: str) -> None:
    raise ValueError(name)
