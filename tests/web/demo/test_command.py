"""`manage.py seed_demo`: fills an empty database, and touches no other."""

from io import StringIO

import pytest
from django.contrib.auth import authenticate
from django.core.management import CommandError, call_command
from pytest_django import Settings

from people.models import Patient, User
from web.demo.seed import ACCOUNTS, PASSWORD

pytestmark = pytest.mark.django_db


def run(*words: str) -> str:
    out = StringIO()
    call_command("seed_demo", *words, stdout=out)
    return out.getvalue()


def test_it_makes_a_clinic_and_says_how_to_sign_in(settings: Settings) -> None:
    settings.DEBUG = True
    said = run("--patients", "12", "--weeks", "1")
    assert Patient.objects.count() == 12
    assert PASSWORD in said
    assert all(email in said for email, _ in ACCOUNTS)
    for email, _ in ACCOUNTS:
        assert authenticate(None, email=email, password=PASSWORD) == User.objects.get(email=email)


def test_outside_development_the_password_is_not_printed() -> None:
    assert PASSWORD not in run("--patients", "12", "--weeks", "1")


def test_a_clinic_with_patients_is_left_alone() -> None:
    Patient.objects.create(name="Somebody")
    with pytest.raises(CommandError, match="patients already"):
        run("--patients", "12")
    assert run("--if-empty") == ""
    assert list(Patient.objects.values_list("name", flat=True)) == ["Somebody"]
    assert not User.objects.exists()


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--patients", "0"), "--patients must be from 1 to 300,000"),
        (("--patients", "300001"), "--patients must be from 1 to 300,000"),
        (("--weeks", "0"), "--weeks must be from 1 to 104"),
        (("--weeks", "105"), "--weeks must be from 1 to 104"),
        (("--patients", "many"), "invalid int value"),
    ],
)
def test_sizes_without_sense_are_refused(words: tuple[str, ...], sentence: str) -> None:
    with pytest.raises(CommandError, match=sentence):
        run(*words)
    assert not Patient.objects.exists()
