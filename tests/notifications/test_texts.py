"""What messages say, and what they never say."""

import re
from zoneinfo import ZoneInfo

import pytest

from notifications.texts import Text, appointment_text, clock_time, readable_phone
from tests.cast import DENVER, at

URL = "http://127.0.0.1:8000/preferences/"


def test_in_english() -> None:
    said = appointment_text(
        at("2026-11-24 18:00"),
        zone=DENVER,
        language="en",
        phone="+13035550100",
        sender_name="Maple Street",
        preferences_url=URL,
    )
    assert said == Text(
        subject="Your appointment on Tue 24 Nov, 6:00 pm",
        body=(
            "You have an appointment on Tue 24 Nov, 6:00 pm.\n\n"
            "Questions, or something came up? Call +1 303-555-0100.\n\n"
            f"To stop these messages, change your preferences at {URL} or tell us when you call.\n\n"
            "Maple Street\n"
        ),
    )


def test_in_spanish() -> None:
    said = appointment_text(
        at("2026-11-24 18:00"), zone=DENVER, language="es", phone="", sender_name="", preferences_url=URL
    )
    assert said == Text(
        subject="Su cita el mar 24 nov a las 18:00",
        body=(
            "Tiene una cita el mar 24 nov a las 18:00.\n\n"
            f"Para no recibir más estos mensajes, cambie sus preferencias en {URL} o díganoslo cuando llame.\n"
        ),
    )


@pytest.mark.parametrize(
    ("wall", "english", "spanish"),
    [
        ("2026-11-24 00:05", "12:05 am", "00:05"),
        ("2026-11-24 11:59", "11:59 am", "11:59"),
        ("2026-11-24 12:00", "12:00 pm", "12:00"),
        ("2026-11-24 23:30", "11:30 pm", "23:30"),
    ],
)
def test_the_time_of_day(wall: str, english: str, spanish: str) -> None:
    local = at(wall).astimezone(DENVER)
    assert (clock_time(local, language="en"), clock_time(local, language="es")) == (english, spanish)


def test_the_time_is_the_sites() -> None:
    said = appointment_text(
        at("2026-11-24 23:00"),
        zone=ZoneInfo("America/New_York"),
        language="en",
        phone="",
        sender_name="",
        preferences_url=URL,
    )
    assert said.subject == "Your appointment on Wed 25 Nov, 1:00 am"


@pytest.mark.parametrize(
    ("typed", "shown"),
    [("303 555 0100", "+1 303-555-0100"), ("+34910000000", "+34 910 00 00 00"), ("desk 4", "desk 4")],
)
def test_telephone_numbers_are_readable(typed: str, shown: str) -> None:
    assert readable_phone(typed) == shown


FORBIDDEN = re.compile(
    r"treatment|therap|group|session|clinic|program|counsel|recover|rehab|addict|substance|relapse|\biop\b|outpatient|"
    r"patient|tratamiento|grupo|sesi[oó]n|terapia|programa|consejer|recupera|adicci|paciente|individual|family|familia",
    re.IGNORECASE,
)


@pytest.mark.parametrize("language", ["en", "es"])
def test_no_word_betrays_why_somebody_comes(language: str) -> None:
    said = appointment_text(
        at("2026-11-24 18:00"), zone=DENVER, language=language, phone="303", sender_name="Desk", preferences_url=URL
    )
    assert FORBIDDEN.search(said.subject + said.body) is None
