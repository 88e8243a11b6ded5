"""The rows of a site's people: patients, admissions, phases, leave and work hours."""

from datetime import UTC, date, datetime, time, timedelta
from random import Random

from attendance.enums import Asker, RequirementMeasure, RequirementWindow
from people.domain.time import format_wall
from people.enums import Role
from web.demo.accounts import address
from web.demo.booking import Diary
from web.demo.evidence import Staff
from web.demo.names import phone
from web.demo.setting import Setting
from web.demo.sheet_set import SheetSet
from web.demo.sheets import as_json
from web.demo.story import Episode, Person
from web.demo.timetable import LEADS
from web.demo.work import JOBS

WANTED_KINDS = as_json(["individual", "group"])
NO_KINDS = as_json([])
WEEKLY, MONTHLY = RequirementWindow.WEEK.value, RequirementWindow.MONTH.value
A_DAY = 120
"""The minutes that make a day."""

COURT, LICENCE = 5, 7
"""Every twelfth person, by the rest of their number."""

AWAY_FOR = ("hospital", "travel", "family")


def put_down_people(
    sheets: SheetSet, diary: Diary, site: int, programs: dict[str, int], staff: Staff, setting: Setting
) -> dict[tuple[int, int], tuple[int, int]]:
    """Everybody with their plans and jobs; patient and admission by the person's number and that of the episode."""
    admissions: dict[tuple[int, int], tuple[int, int]] = {}
    for person in diary.people:
        patient = _put_down_patient(sheets, person, diary, site, setting)
        counselor = staff.counselors[person.group, person.number % LEADS]
        for number, episode in enumerate(person.episodes):
            key = sheets.admissions.add(
                patient,
                programs[person.track.code],
                site,
                counselor,
                episode.admitted_on,
                episode.discharged_on,
            )
            admissions[person.number, number] = patient, key
            _put_down_plan(sheets, person, episode, key)
            after = {
                "program": programs[person.track.code],
                "site": site,
                "primary_counselor": counselor,
                "admitted_on": episode.admitted_on.isoformat(),
                "discharged_on": None,
            }
            at = min(setting.now, _morning(episode.admitted_on))
            sheets.trail.add(at, setting.accounts.coordinator, "admitted", "admission", key, patient, as_json(after))
        for shift in JOBS[person.job]:
            pattern = shift.pattern(diary.anchor, diary.zone)
            sheets.work_hours.add(
                patient,
                shift.label,
                format_wall(pattern.starts_at_local),
                format_wall(pattern.ends_at_local),
                pattern.rrule,
                pattern.starts_on,
                pattern.travel_before_minutes,
                pattern.travel_after_minutes,
                diary.zone.key,
            )
    return admissions


def _put_down_patient(sheets: SheetSet, person: Person, diary: Diary, site: int, setting: Setting) -> int:
    rng = Random(f"{setting.seed}:contact {person.number}")
    number = rng.randrange(100)
    born = date(1958, 1, 1) + timedelta(days=rng.randrange(48 * 365))
    user = None
    email = address(person.name, person.number, "mail.example") if person.role or rng.random() < 0.9 else ""
    if person.role == "demo":
        email, number = "patient@demo.example", 28
        user = sheets.users.add(email, person.name, setting.accounts.password, setting.now)
        sheets.memberships.add(user, Role.PATIENT.value, site)
    called = phone(number, zone=diary.zone.key) if person.role or rng.random() < 0.93 else ""
    since = min(setting.now, _morning(person.episodes[0].admitted_on))
    return sheets.patients.add(user, person.name, email, called, born, "es" if person.spanish else "en", since)


def _put_down_plan(sheets: SheetSet, person: Person, episode: Episode, admission: int) -> None:
    for phase in episode.phases:
        sheets.phases.add(
            admission,
            phase.starts_on,
            phase.ends_on,
            phase.min_minutes,
            phase.max_minutes,
            phase.days_per_week,
            WANTED_KINDS if person.number % 4 else NO_KINDS,
            phase.transition,
            phase.transition_reason,
        )
    _put_down_requirements(sheets, person.number, admission)
    for leave in episode.leaves:
        reason = AWAY_FOR[person.number % len(AWAY_FOR)]
        sheets.leaves.add(admission, leave.starts_on, leave.ends_on, reason)


def _put_down_requirements(sheets: SheetSet, number: int, admission: int) -> None:
    """Beside what the program's payer asks of everybody, a court asks something of a few, a licence of some others."""
    services = RequirementMeasure.SERVICES.value
    if number % 12 == COURT:
        own = ("Two sessions a week", Asker.COURT.value, services, WEEKLY, 2, A_DAY, NO_KINDS)
        sheets.requirements.add(None, admission, *own)
    elif number % 12 == LICENCE:
        own = ("One-to-one each month", Asker.LICENCE.value, services, MONTHLY, 1, A_DAY, as_json(["individual"]))
        sheets.requirements.add(None, admission, *own)


def put_down_program_requirement(sheets: SheetSet, program: int) -> None:
    """Days of two hours on three days a week, as some payers ask."""
    days = RequirementMeasure.DAYS.value
    asked = ("Three days a week", Asker.PAYER.value, days, WEEKLY, 3, A_DAY, NO_KINDS)
    sheets.requirements.add(program, None, *asked)


def _morning(on: date) -> datetime:
    """Some time in the morning of a day, anywhere in the country."""
    return datetime.combine(on, time(16), UTC)
