"""The OpenAPI description is valid, says all that there is, and holds against the running API."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, transaction
from django.urls import reverse
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.validation import validate_schema
from hypothesis import HealthCheck, Phase, given, settings
from knox.models import AuthToken
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import response_schema_conformance, status_code_conformance

from api.urls import urlpatterns
from config.wsgi import application
from tests.api.conftest import Clients
from tests.api.test_strangers import PUBLIC, Clinic
from tests.cast import Cast

EXAMPLES = 12


def described(clients: Clients) -> dict[str, Any]:
    schema: dict[str, Any] = json.loads(clients(None).get(reverse("api:schema")).content)
    return schema


def test_it_is_valid_openapi(db: None, client_of: Clients) -> None:
    schema = described(client_of)
    validate_schema(schema)  # type: ignore[no-untyped-call]
    assert schema["components"]["securitySchemes"]["bearer"] == {"type": "http", "scheme": "bearer"}
    assert not GENERATOR_STATS, "warnings of drf-spectacular, such as two names for one list of choices"


def test_it_names_every_address_and_verb(db: None, client_of: Clients) -> None:
    routed = {
        ("/api/v1/" + str(pattern.pattern).replace("<str:", "{").replace(">", "}"), verb)
        for pattern in urlpatterns
        if pattern.name not in PUBLIC
        for verb in pattern.callback.actions  # type: ignore[attr-defined]
        if verb != "head"
    }
    paths = described(client_of)["paths"]
    assert {(path, verb) for path, verbs in paths.items() for verb in verbs} == routed


def test_every_refusal_and_every_key_is_described(db: None, client_of: Clients) -> None:
    operations = {
        operation["operationId"]: operation
        for verbs in described(client_of)["paths"].values()
        for operation in verbs.values()
    }
    problem = {"$ref": "#/components/schemas/Problem"}
    refused = [
        one["responses"]["default"]["content"]["application/problem+json"]["schema"] for one in operations.values()
    ]
    assert refused == [problem] * len(operations)
    keyed = {
        name
        for name, operation in operations.items()
        if any(parameter["name"] == "Idempotency-Key" for parameter in operation.get("parameters", []))
    }
    assert keyed == {name for name in operations if name.endswith("_create")} - {
        "bookings_cancel_create",
        "bookings_check_in_create",
        "bookings_invitations_withdraw_create",
        "patients_family_members_consents_revoke_create",
        "reports_cancel_create",
        "sessions_cancel_create",
        "sessions_open_create",
        "sessions_roster_sign_create",
    }


def test_the_page_for_people_loads_its_own_script(db: None, client_of: Clients) -> None:
    client = client_of(None)
    page = client.get(reverse("api:docs"), HTTP_ACCEPT="text/html")
    assert page.status_code == 200
    assert "<script>" not in page.content.decode()
    assert "'unsafe-inline'" not in page["Content-Security-Policy"].partition("script-src")[2]
    script = client.get(f"{reverse('api:docs')}?script=", HTTP_ACCEPT="*/*")
    assert (script.status_code, script["Content-Type"]) == (200, "application/javascript")


@pytest.fixture
def _kept_connection() -> Iterator[None]:
    """A server closes what is left of old connections; here the test's own transaction hangs on it."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.usefixtures("_kept_connection")
def test_it_holds_against_the_running_api(cast: Cast, client_of: Clients) -> None:
    """Generated requests, good and bad: never a server error, and answers as described.

    The requests are made up once, which is dear, and sent by a patient and by a coordinator, each to the same clinic.
    """
    ids = Clinic(cast).ids
    tokens = [AuthToken.objects.create(user)[1] for user in (cast.ana.user, cast.cory)]
    schema = schemathesis.openapi.from_wsgi(reverse("api:schema"), application)
    cases = [case for result in schema.get_all_operations() for case in _cases(result)]
    checks = [not_a_server_error, status_code_conformance, response_schema_conformance]
    for token in tokens:
        with transaction.atomic():
            for case in cases:
                case.path_parameters.update({name: ids[name] for name in case.path_parameters or {}})
                case.call_and_validate(headers={"Authorization": f"Bearer {token}"}, checks=checks)
            transaction.set_rollback(True)


def _cases(operation: Any) -> list[Any]:
    """As many requests as EXAMPLES, the same ones each time."""
    assert isinstance(operation, Ok)
    made: list[Any] = []

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.ok().as_strategy())
    def make(case: Any) -> None:
        made.append(case)

    make()
    return made
