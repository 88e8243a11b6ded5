"""A client that carries a real token, at the cast's own hour."""

from collections.abc import Callable, Iterator

import pytest
import time_machine
from knox.models import AuthToken
from rest_framework.test import APIClient

from people.models import User
from tests.cast import NOW

Clients = Callable[[User | None], APIClient]


@pytest.fixture(autouse=True)
def _cast_time() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def client_of(db: None) -> Clients:
    """A client for the account; None for somebody who has not signed in."""

    def make(user: User | None) -> APIClient:
        client = APIClient(HTTP_ACCEPT="application/json")
        if user is not None:
            client.credentials(HTTP_AUTHORIZATION=f"Bearer {AuthToken.objects.create(user)[1]}")
        return client

    return make
