"""What a counselor speaks, may lead, and how much of it in a day."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from people.enums import Language
from people.errors import InvalidInput
from people.models import Counselor, CounselorCredential, Program, User
from people.models.program import Focus
from people.services.trail import record

MOST_CREDENTIALS = 20
A_DAY_MINUTES = 24 * 60
_CODE = re.compile(r"[A-Z0-9][A-Z0-9 .-]{0,23}", re.ASCII)


@dataclass(frozen=True)
class Credential:
    """A licence or certificate; without `valid_until` it has no end."""

    code: str
    number: str = ""
    valid_until: date | None = None


@dataclass(frozen=True)
class ProfileFields:
    """What is kept of a counselor beside the name: all of it, so that what is left out is gone."""

    languages: tuple[str, ...] = ()
    daily_maximum_minutes: int | None = None
    credentials: tuple[Credential, ...] = ()


def profile_of(counselor: Counselor) -> ProfileFields:
    """The profile as it stands."""
    return ProfileFields(
        tuple(counselor.languages),
        counselor.daily_maximum_minutes,
        tuple(Credential(row.code, row.number, row.valid_until) for row in counselor.held_credentials.all()),
    )


def change_profile(counselor: Counselor, fields: ProfileFields, *, actor: User | None, now: datetime) -> Counselor:
    """The counselor with this profile. What is planned stays as it is, be it within it or not.

    Raises InvalidInput naming every field that is wrong.
    """
    wanted = _checked(fields)
    with transaction.atomic():
        locked = Counselor.objects.select_for_update(no_key=True).get(pk=counselor.pk)
        before = profile_of(locked)
        if before == wanted:
            return locked
        locked.languages = list(wanted.languages)
        locked.daily_maximum_minutes = wanted.daily_maximum_minutes
        locked.save(update_fields=["languages", "daily_maximum_minutes"])
        if before.credentials != wanted.credentials:
            locked.held_credentials.all().delete()
            CounselorCredential.objects.bulk_create(
                CounselorCredential(counselor=locked, code=one.code, number=one.number, valid_until=one.valid_until)
                for one in wanted.credentials
            )
        record("counselor_changed", locked, actor=actor, now=now, before=_facts(before), after=_facts(wanted))
    return locked


def require_credentials(
    program: Program,
    codes: Sequence[str] | None = None,
    *,
    foci: Mapping[str, Sequence[str]] | None = None,
    actor: User | None,
    now: datetime,
) -> Program:
    """From now on whoever is put on a session of the program holds one of the codes; no code asks for nothing.

    `foci` says the same of some of its foci, by their codes, beside what the program asks. None leaves it as it is.
    """
    wanted = None if codes is None else _codes(codes, "required_credentials")
    of_foci = {name: _codes(said, "focus_credentials") for name, said in (foci or {}).items()}
    with transaction.atomic():
        locked = Program.objects.select_for_update(no_key=True).get(pk=program.pk)
        rows = {row.code: row for row in locked.foci.all()}
        if of_foci.keys() - rows.keys():
            raise InvalidInput({"focus_credentials": _("The program's list has no such focus.")})
        before = _asked(locked, rows)
        if wanted is not None:
            locked.required_credentials = wanted
            locked.save(update_fields=["required_credentials"])
        for name, said in of_foci.items():
            rows[name].required_credentials = said
            rows[name].save(update_fields=["required_credentials"])
        after = _asked(locked, rows)
        if after != before:
            record("program_changed", locked, actor=actor, now=now, before=before, after=after)
    return locked


def _codes(codes: Sequence[str], field: str) -> list[str]:
    wanted = {normal_code(code) for code in codes}
    if len(wanted) > MOST_CREDENTIALS or None in wanted:
        raise InvalidInput({field: _("A credential is a short code, such as LAC.")})
    return sorted(str(code) for code in wanted)


def _asked(program: Program, foci: Mapping[str, Focus]) -> dict[str, Any]:
    return {
        "required_credentials": program.required_credentials,
        "focus_credentials": {name: row.required_credentials for name, row in foci.items() if row.required_credentials},
    }


def normal_code(text: str) -> str | None:
    """The code as it is kept; None for what is none."""
    code = " ".join(text.upper().split())
    return code if _CODE.fullmatch(code) else None


def _checked(fields: ProfileFields) -> ProfileFields:
    errors: dict[str, Any] = {}
    if set(fields.languages) - set(Language.values):
        errors["languages"] = _("This language is not offered.")
    most = fields.daily_maximum_minutes
    if most is not None and not 1 <= most <= A_DAY_MINUTES:
        errors["daily_maximum_minutes"] = _("A day's most is from 1 minute to 24 hours.")
    codes = [normal_code(one.code) for one in fields.credentials]
    if None in codes:
        errors["credentials"] = _("A credential is a short code, such as LAC.")
    elif len(set(codes)) < len(codes) or len(codes) > MOST_CREDENTIALS:
        errors["credentials"] = _("Name each credential once, 20 at most.")
    elif any(len(one.number) > 40 for one in fields.credentials):
        errors["credentials"] = _("A credential's number has 40 characters at most.")
    if errors:
        raise InvalidInput(errors)
    kept = [
        Credential(str(code), one.number.strip(), one.valid_until)
        for code, one in sorted(zip(codes, fields.credentials, strict=True), key=lambda pair: str(pair[0]))
    ]
    return ProfileFields(tuple(dict.fromkeys(fields.languages)), most, tuple(kept))


def _facts(fields: ProfileFields) -> dict[str, Any]:
    """Codes and dates; the numbers of licences stay out of the trail."""
    return {
        "languages": list(fields.languages),
        "daily_maximum_minutes": fields.daily_maximum_minutes,
        "credentials": [
            {"code": one.code, "valid_until": one.valid_until.isoformat() if one.valid_until else None}
            for one in fields.credentials
        ],
    }
