"""Bearer tokens: what a request costs, and which of them open nothing."""

from datetime import timedelta

import pytest
from django.utils import timezone
from knox.models import AuthToken
from pytest_django import DjangoAssertNumQueries
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.test import APIClient

from api.authentication import BearerAuthentication
from tests.cast import Cast


def test_a_token_is_one_question_however_many_the_account_has(
    cast: Cast, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(10):
        _, token = AuthToken.objects.create(cast.cory)
    with django_assert_num_queries(1):
        user, _ = BearerAuthentication().authenticate_credentials(token.encode())
    assert user == cast.cory


def test_an_expired_token_opens_nothing_and_the_account_s_others_stay(cast: Cast) -> None:
    _, good = AuthToken.objects.create(cast.cory)
    row, expired = AuthToken.objects.create(cast.cory, expiry=timedelta(hours=1))
    AuthToken.objects.filter(pk=row.pk).update(expiry=timezone.now() - timedelta(seconds=1))
    assert [_status(expired), _status(good)] == [401, 200]


def test_a_token_that_is_not_one_is_refused(cast: Cast) -> None:
    with pytest.raises(AuthenticationFailed):
        BearerAuthentication().authenticate_credentials(b"nobody's")


def _status(token: str) -> int:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    status: int = client.get("/api/v1/me/").status_code
    return status
