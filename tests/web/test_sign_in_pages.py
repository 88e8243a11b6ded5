"""Signing in and out by the pages, in the frame that all pages share."""

import pytest
from django.test import Client

from people.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def account() -> User:
    return User.objects.create_user("ana@example.org", "a long enough word", name="Ana Reyes")


@pytest.mark.parametrize("path", ["/accounts/login/", "/accounts/password/reset/", "/accounts/password/reset/done/"])
def test_a_page_before_sign_in_names_nothing_but_the_product(client: Client, path: str) -> None:
    page = client.get(path).content.decode()
    assert "Steadyweek</title>" in page
    assert 'class="card narrow-card"' in page
    assert "data-quick-exit" in page
    assert 'class="nav"' not in page


def test_a_wrong_password_is_said_in_a_notice(client: Client, account: User) -> None:
    page = client.post("/accounts/login/", {"login": account.email, "password": "wrong"}).content.decode()
    assert 'class="notice notice-bad" role="alert"' in page


def test_signing_in_and_out_leaves_no_message_behind(client: Client, account: User) -> None:
    answer = client.post("/accounts/login/", {"login": account.email, "password": "a long enough word"})
    assert (answer.status_code, answer["Location"]) == (302, "/")
    page = client.get("/accounts/logout/").content.decode()
    assert 'class="notice notice-' not in page
    answer = client.post("/accounts/logout/")
    assert (answer.status_code, answer["Location"]) == (302, "/accounts/login/")
    assert 'class="notice notice-' not in client.get("/accounts/login/").content.decode()


@pytest.mark.parametrize("path", ["/accounts/password/change/", "/accounts/2fa/"])
def test_pages_of_the_account_stand_in_the_same_card(client: Client, account: User, path: str) -> None:
    client.force_login(account)
    page = client.get(path).content.decode()
    assert 'class="card narrow-card"' in page
    assert 'action="/accounts/logout/"' in page
