"""One's own account, and tokens from the command line."""

import pytest
from django.core.management import call_command

from people.models import TrailEntry
from tests.api.conftest import Clients
from tests.cast import Cast

V1 = "/api/v1/"


def test_me(cast: Cast, client_of: Clients) -> None:
    ana = cast.ana
    assert ana.user is not None
    assert client_of(ana.user).get(f"{V1}me/").json() == {
        "id": str(ana.user.pk),
        "email": "ana@example.org",
        "name": "Ana",
        "language": "en",
        "time_zone": "America/Denver",
        "roles": [{"role": "patient", "site": str(cast.site.pk)}],
        "patient": str(ana.pk),
    }
    staff = client_of(cast.cory).get(f"{V1}me/").json()
    assert (staff["patient"], staff["roles"]) == (None, [{"role": "coordinator", "site": str(cast.site.pk)}])


def test_me_changes_language_and_name(cast: Cast, client_of: Clients) -> None:
    client = client_of(cast.ana.user)
    answer = client.patch(f"{V1}me/", {"language": "es", "name": "  Ana  María "}).json()
    assert (answer["language"], answer["name"]) == ("es", "Ana María")
    assert client.patch(f"{V1}me/", {"language": "xx"}).json()["errors"].keys() == {"language"}
    assert client.patch(f"{V1}me/", {"email": "other@example.org"}).json()["email"] == "ana@example.org"
    entry = TrailEntry.objects.get(action="account_changed")
    assert entry.after == {"fields": ["name", "language"]}


def test_a_token_from_the_command_line(cast: Cast, client_of: Clients, capsys: pytest.CaptureFixture[str]) -> None:
    assert cast.ana.user is not None
    call_command("issue_token", cast.ana.user.email.upper())
    token = capsys.readouterr().out
    assert token == f"{token.strip()}\n"
    client = client_of(None)
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {token.strip()}")
    assert client.get(f"{V1}me/").json()["patient"] == str(cast.ana.pk)
    assert TrailEntry.objects.get(action="token_issued").subject_id == cast.ana.user_id
    cast.ana.user.is_active = False
    cast.ana.user.save()
    assert client.get(f"{V1}me/").status_code == 401
