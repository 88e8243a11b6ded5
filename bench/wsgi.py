"""Requests handed straight to the WSGI application: everything that the product does, and no network."""

import io
from collections.abc import Mapping
from typing import Any
from wsgiref.util import setup_testing_defaults

from django.core.wsgi import get_wsgi_application


class Application:
    """The product's WSGI application, called as a server calls it."""

    def __init__(self) -> None:
        self._application = get_wsgi_application()

    def get(self, path: str, headers: Mapping[str, str] | None = None) -> tuple[int, dict[str, str], bytes]:
        """Status, headers and body of a GET."""
        path_info, _, query = path.partition("?")
        environ: dict[str, Any] = {"PATH_INFO": path_info, "QUERY_STRING": query, "REMOTE_ADDR": "127.0.0.1"}
        setup_testing_defaults(environ)
        environ["wsgi.input"] = io.BytesIO()
        for name, value in (headers or {}).items():
            environ[f"HTTP_{name.upper().replace('-', '_')}"] = value
        answered: dict[str, Any] = {}

        def start_response(status: str, found: list[tuple[str, str]], *_: Any) -> Any:
            answered["status"], answered["headers"] = int(status.split()[0]), dict(found)

        response = self._application(environ, start_response)
        try:
            body = b"".join(response)
        finally:
            response.close()
        return answered["status"], answered["headers"], body
