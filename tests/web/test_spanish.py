"""Spanish is complete: every message of the tree has its translation, and no page shows English left over."""

import ast
import gettext
import os
import re
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.conf import settings
from django.test import Client
from django.utils import translation
from django.utils.translation import ngettext

from people.errors import InvalidInput
from people.models import Patient, User
from people.services.plans import PhaseFields, add_phase
from people.translation import translated
from scheduling.domain.rules import RuleError, parse_rule
from tests.cast import NOW, Cast, at
from tests.web.reading import open_page, plain
from web.forms.refusals import words_of

ROOT = Path(settings.BASE_DIR)
APPS = ("people", "scheduling", "attendance", "notifications", "api", "web")
CATALOGUES = ("locale", "notifications/locale")
GAP = re.compile(r"%\((\w+)\)[a-z]|%%n")

Messages = dict[tuple[str, ...], tuple[str, ...]]


def read_po(path: Path) -> Messages:
    """The translations by message: two of each where it has a plural; a context goes before it, as gettext has it."""
    found: Messages = {}
    for block in path.read_text(encoding="utf-8").split("\n\n"):
        fields: dict[str, str] = {}
        name = ""
        for line in block.splitlines():
            if line.startswith("#"):
                continue
            head, _, tail = line.partition(' "')
            if tail and not line.startswith('"'):
                name, line = head, f'"{tail}'
            fields[name] = fields.get(name, "") + ast.literal_eval(line)
        context = f"{fields['msgctxt']}\x04" if "msgctxt" in fields else ""
        message = tuple(context + value for key, value in fields.items() if key.startswith("msgid"))
        if any(message):
            found[message] = tuple(value for key, value in fields.items() if key.startswith("msgstr"))
    return found


def catalogue(folder: str) -> Path:
    return ROOT / folder / "es" / "LC_MESSAGES" / "django.po"


def all_translations() -> Messages:
    return {message: said for folder in reversed(CATALOGUES) for message, said in read_po(catalogue(folder)).items()}


@pytest.mark.gettext
def test_every_message_of_the_tree_is_translated(tmp_path: Path) -> None:
    for app in APPS:
        shutil.copytree(ROOT / app, tmp_path / app, ignore=shutil.ignore_patterns("static", "locale", "__pycache__"))
    (tmp_path / "locale").mkdir()
    environment = {key: value for key, value in os.environ.items() if key != "DJANGO_SETTINGS_MODULE"}
    command = [sys.executable, "-m", "django", "makemessages", "--locale", "es", "--verbosity", "0"]
    subprocess.run(command, cwd=tmp_path, env=environment, check=True)
    extracted = read_po(tmp_path / "locale" / "es" / "LC_MESSAGES" / "django.po")
    assert len(extracted) > 600
    assert sorted(extracted.keys() - all_translations().keys()) == []


@pytest.mark.parametrize("folder", CATALOGUES)
def test_nothing_is_left_empty_or_doubtful_or_obsolete(folder: str) -> None:
    text = catalogue(folder).read_text(encoding="utf-8")
    empty = [message for message, said in read_po(catalogue(folder)).items() if not all(said)]
    assert (empty, "fuzzy" in text, "#~" in text) == ([], False, False)


@pytest.mark.parametrize("folder", CATALOGUES)
def test_a_translation_has_the_gaps_of_its_message(folder: str) -> None:
    wrong = [
        (message, said)
        for message, said in read_po(catalogue(folder)).items()
        if len(message) != len(said)
        or any(
            sorted(GAP.findall(one)) != sorted(GAP.findall(other)) or one.count("%") != other.count("%")
            for one, other in zip(message, said, strict=False)
        )
    ]
    assert wrong == []


@pytest.mark.parametrize("folder", CATALOGUES)
def test_the_compiled_catalogue_is_that_of_the_source(folder: str) -> None:
    with catalogue(folder).with_suffix(".mo").open("rb") as compiled:
        known = gettext.GNUTranslations(compiled)
    stale = [
        message
        for message, said in read_po(catalogue(folder)).items()
        if (said != (known.gettext(message[0]),) if len(message) == 1 else said != _both(known, message))
    ]
    assert stale == []


def _both(known: gettext.GNUTranslations, message: tuple[str, ...]) -> tuple[str, str]:
    return known.ngettext(message[0], message[1], 1), known.ngettext(message[0], message[1], 2)


def test_both_catalogues_say_the_same_of_the_same() -> None:
    ours, theirs = (read_po(catalogue(folder)) for folder in CATALOGUES)
    assert {message for message in ours.keys() & theirs.keys() if ours[message] != theirs[message]} == set()


@pytest.mark.parametrize(("count", "expected"), [(0, "0 horas"), (1, "1 hora"), (2, "2 horas"), (21, "21 horas")])
def test_plurals(count: int, expected: str) -> None:
    with translation.override("es"):
        assert ngettext("%(count)d hour", "%(count)d hours", count) % {"count": count} == expected


# --- sentences of the pure calculations ---


def test_a_rule_that_is_none_is_refused_in_spanish() -> None:
    with pytest.raises(RuleError) as refused:
        parse_rule("FREQ=WEEKLY;BYDAY=XX", zone=ZoneInfo("America/Denver"))
    with translation.override("es"):
        assert translated(refused.value.detail) == "BYDAY lleva días como MO o -1FR; “XX” no lo es."
    assert str(refused.value.detail) == "BYDAY takes days as MO or -1FR; “XX” is none."


@pytest.mark.django_db
def test_a_plan_outside_the_program_is_refused_in_spanish(cast: Cast) -> None:
    admission = cast.ana.admissions.get()
    fields = PhaseFields(date(2026, 12, 1), None, 300, 1140)
    with translation.override("es"), pytest.raises(InvalidInput) as refused:
        add_phase(admission, fields, actor=None, now=NOW)
    sentence = "El programa pide al menos {} por semana, salvo en una etapa marcada como transición."
    assert refused.value.detail == sentence.format("540 minutos")
    with translation.override("es"):
        said = {field: words_of(found) for field, found in refused.value.errors.items()}
    assert said == {"min_minutes": [sentence.format("9\u00a0h")]}


# --- pages ---

ENGLISH = re.compile(
    r"\b(the|and|your|you|of|with|for|to|is|are|not|when|from|this|that|week|hours?|day|days|work|booked|"
    r"appointments?|goal|seats?|left|save|call|sign|none|nothing|most|short|people|person)\b",
    re.IGNORECASE,
)
UNSAID = re.compile(r"tratamiento|programa|terapia|adicci|recaída|clínic[oa]s? de", re.IGNORECASE)
SPOKEN = re.compile(
    r'(?:aria-label|placeholder|alt|title|data-(?:saving|wait[a-z-]+|wrong|signed-out|copied))="([^"]*)"|<title>([^<]*)</title>'
)


def said_by(client: Client, path: str) -> str:
    """All that the page shows or says aloud."""
    page = open_page(client, path)
    assert page.status == 200, path
    assert '<html lang="es">' in page.source
    spoken = [aloud or title for aloud, title in SPOKEN.findall(page.source)]
    return plain(" ".join([page.words, *spoken]))


def speaking_spanish(client: Client, user: User | None) -> None:
    assert user is not None
    user.language = "es"
    user.save()
    client.force_login(user)


@pytest.fixture
def _clinic(cast: Cast) -> None:
    cast.booked(cast.ana, cast.session("2026-11-18 18:00", breaks=((at("2026-11-18 19:30"), at("2026-11-18 19:45")),)))
    cast.session("2026-11-20 10:00", counselor=False, room=False)
    cast.session("2026-11-21 09:00", room=False)


PATIENT_PATHS = (
    "/week/",
    "/week/?week=2026-11-09",
    "/book/",
    "/work-hours/",
    "/work-hours/?pattern=rotation",
    "/work-hours/?turns=2&pattern=in-turn",
    "/calendar/",
    "/preferences/",
    "/more/",
    "/accounts/password/change/",
)


@pytest.mark.django_db
@pytest.mark.usefixtures("_clinic")
@pytest.mark.parametrize("path", PATIENT_PATHS)
def test_a_patients_pages_are_spanish_throughout(cast: Cast, client: Client, path: str) -> None:
    speaking_spanish(client, cast.ana.user)
    with time_machine.travel(NOW, tick=False):
        said = said_by(client, path)
    assert (ENGLISH.findall(said), UNSAID.findall(said)) == ([], []), said


@pytest.mark.django_db
@pytest.mark.usefixtures("_clinic")
def test_an_appointment_and_its_end_are_spanish(cast: Cast, client: Client) -> None:
    booking = cast.ana.bookings.get()
    speaking_spanish(client, cast.ana.user)
    with time_machine.travel(NOW, tick=False):
        said = [said_by(client, path) for path in (f"/bookings/{booking.pk}/", f"/bookings/{booking.pk}/cancel/")]
        assert "¿Cancelar su cita (hoy 18:00 – 21:00)?" in said[1]
        client.post(f"/bookings/{booking.pk}/cancel/")
        said.append(said_by(client, "/week/"))
    assert "Hoy 18:00 – 21:00: cita cancelada." in said[2]
    assert [ENGLISH.findall(one) + UNSAID.findall(one) for one in said] == [[], [], []]


@pytest.mark.django_db
@pytest.mark.usefixtures("_clinic")
@pytest.mark.parametrize(
    ("who", "path"),
    [
        ("dana", "/today/"),
        ("dana", "/schedule/"),
        ("dana", "/preferences/"),
        ("cory", "/compliance/?show=all"),
        ("cory", "/flags/"),
        ("cory", "/schedule/"),
        ("cory", "/patients/{patient}/"),
        ("cory", "/patients/{patient}/sessions/"),
        ("cory", "/patients/{patient}/plan/"),
        (
            "cory",
            "/patients/{patient}/plan/?what=add&starts_on=2026-12-07&min_minutes=9&max_minutes=19&days_per_week=3",
        ),
        ("cory", "/plans/suggestions/"),
        ("cory", "/programs/{program}/templates/"),
        ("cory", "/programs/{program}/templates/new/"),
        ("dana", "/sessions/{session}/roster/"),
        ("cory", "/sessions/{session}/cover/"),
        ("cory", "/counselors/"),
        ("cory", "/counselors/{counselor}/"),
        ("cory", "/counselors/{counselor}/profile/"),
        ("dana", "/counselors/{counselor}/away/?first=2026-11-18"),
        ("dana", "/counselors/{counselor}/slots/"),
    ],
)
def test_the_staffs_pages_are_spanish_throughout(cast: Cast, client: Client, who: str, path: str) -> None:
    patient: Patient = cast.ana
    speaking_spanish(client, getattr(cast, who))
    with time_machine.travel(NOW, tick=False):
        named = {"program": cast.program.pk, "patient": patient.pk, "counselor": cast.dana_counselor.pk}
        said = said_by(client, path.format(**named, session=patient.bookings.get().session_id))
    assert ENGLISH.findall(said) == [], said


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/accounts/login/", "/accounts/password/reset/", "/accounts/signup/"])
def test_a_stranger_is_met_in_the_language_of_the_browser(client: Client, path: str) -> None:
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "es-US,es;q=0.9"
    said = said_by(client, path)
    assert (ENGLISH.findall(said), UNSAID.findall(said)) == ([], []), said
