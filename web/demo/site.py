"""One demo site: its place, staff and timetable, its people and their weeks, put down as rows."""

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from zoneinfo import ZoneInfo

from people.domain.time import local_date
from people.domain.weeks import Weekday, week_start
from people.enums import Role
from web.demo.accounts import address, nobodys_password
from web.demo.booking import Diary
from web.demo.diary import Occurrence, track_weeks
from web.demo.evidence import Staff, put_down_sessions
from web.demo.names import CREDENTIALS, ZONES, counselor_name, phone, site_name
from web.demo.people_rows import put_down_people, put_down_program_requirement
from web.demo.plan_templates import put_down_templates
from web.demo.setting import Setting
from web.demo.sheet_set import SheetSet
from web.demo.sheets import as_json
from web.demo.staff_rows import (
    DAILY_MAXIMUM,
    languages_of,
    put_down_credential,
    put_down_day_off,
    put_down_hours,
)
from web.demo.stage import crowd, last_day, leave_undone, let_wait, next_group, uncover
from web.demo.story import Chance, people_of, people_of_first_site
from web.demo.timetable import EVENING, FOCI, LEADS, ROOMS, TRACKS, Template

PEOPLE_A_GROUP = 70
"""How many at most share one timetable, with its rooms and counselors."""

OPEN = {str(day): [["06:30", "21:30"]] if day < 5 else [["08:00", "20:30"]] for day in range(7)}


@dataclass(frozen=True)
class SiteShare:
    """Which site, and which of the people are its own."""

    number: int
    people: range
    is_last: bool


def put_down_site(sheets: SheetSet, share: SiteShare, setting: Setting) -> None:
    """Everything of one site: the first has the demo accounts' patient and counselor."""
    zone = ZoneInfo(ZONES[share.number % len(ZONES)])
    today = local_date(setting.now, zone)
    rng = Random(f"{setting.seed}:{today}:site {share.number}")
    diary = _diary(share, setting, zone=zone, today=today, rng=rng, sheets=sheets)
    diary.live()
    leader = None
    if share.number == 0:
        grid, coming = next_group(diary)
        crowd(diary, grid, coming)
        leader = coming.slot.template.lead
    let_wait(diary, rng)
    leave_undone(diary, leader, rng)
    uncovered = uncover(diary, rng) if share.number == 0 else None
    site = _put_down_place(sheets, share, setting, zone)
    groups = 1 + max(one.group for one in diary.weeks[EVENING.code][0].occurrences())
    staff = _put_down_staff(sheets, site, groups, setting, rng=rng, leader=leader, number=share.number)
    if leader is not None:
        put_down_day_off(sheets, diary, staff.counselors, leader=leader, today=today)
    programs = {
        track.code: _put_down_program(sheets, site, share, position, setting) for position, track in enumerate(TRACKS)
    }
    series = _put_down_series(sheets, site, programs, staff, diary, setting)
    admissions = put_down_people(sheets, diary, site, programs, staff, setting)
    put_down_sessions(sheets, diary, site, programs, series, staff, admissions, uncovered)


def _diary(share: SiteShare, setting: Setting, *, zone: ZoneInfo, today: date, rng: Random, sheets: SheetSet) -> Diary:
    size = len(share.people)
    groups = max(1, -(-size // PEOPLE_A_GROUP))
    first = min(week_start(today, track.first_weekday) for track in TRACKS) - timedelta(weeks=setting.weeks)
    chance = Chance(setting.seed, today, setting.weeks, groups)
    people = people_of_first_site(size, chance) if share.number == 0 else people_of(share.people, chance)
    weeks = {
        track.code: track_weeks(
            track,
            zone=zone,
            groups=groups,
            people_a_group=size // groups,
            first=first,
            last=last_day(setting.now, setting.horizon_weeks),
            now=setting.now,
            keys=iter(sheets.sessions.key, None),
            rng=rng,
        )
        for track in TRACKS
    }
    anchor = week_start(first, Weekday.MONDAY) - timedelta(weeks=2)
    return Diary(zone, setting.now, anchor, list(people), weeks)


def _put_down_place(sheets: SheetSet, share: SiteShare, setting: Setting, zone: ZoneInfo) -> int:
    name = site_name(share.number)
    site = sheets.sites.add(
        name,
        zone.key,
        f"{214 + 7 * share.number} {name}",
        "Side door B, second floor",
        phone(share.number, zone=zone.key),
        name,
        as_json(OPEN),
    )
    setting.accounts.join_site(sheets, site, is_last=share.is_last)
    return site


def _put_down_staff(
    sheets: SheetSet, site: int, groups: int, setting: Setting, *, rng: Random, leader: int | None, number: int
) -> Staff:
    """Four counselors and three rooms for each group of people; each counselor has an account to sign with."""
    counselors, users, rooms = {}, {}, {}
    for group in range(groups):
        for lead in range(LEADS):
            is_demo = leader == lead and group == 0
            name = "Dana Keller" if is_demo else counselor_name(number * 7 + group * LEADS + lead)
            key = sheets.users.key()
            email = "counselor@demo.example" if is_demo else address(name, key, "clinic.example")
            password = setting.accounts.password if is_demo else nobodys_password(rng)
            sheets.users.add(email, name, password, setting.now, key=key)
            sheets.memberships.add(key, Role.COUNSELOR.value, site)
            code = rng.choice(CREDENTIALS)
            speaks = as_json(languages_of(number + group * LEADS + lead))
            counselor = sheets.counselors.add(key, name, code, speaks, DAILY_MAXIMUM)
            sheets.counselor_sites.add(counselor, site)
            since = (setting.now - timedelta(weeks=setting.weeks + 2)).date()
            put_down_credential(sheets, counselor, code, today=setting.now.date())
            put_down_hours(sheets, counselor, lead, site=site, since=since)
            counselors[group, lead], users[group, lead] = counselor, key
        for at, (room, seats) in enumerate(ROOMS.items()):
            rooms[group, room] = sheets.rooms.add(site, f"Room {2 + group * len(ROOMS) + at}", seats)
    return Staff(counselors, users, rooms)


def _put_down_program(sheets: SheetSet, site: int, share: SiteShare, position: int, setting: Setting) -> int:
    track = TRACKS[position]
    name = track.name if share.number == 0 else f"{track.name}, {site_name(share.number)}"
    asked = as_json(sorted(CREDENTIALS))
    program = sheets.programs.add(name, track.first_weekday.name.lower(), track.grace_minutes, asked)
    sheets.program_sites.add(program, site)
    for code, called in FOCI.items():
        sheets.foci.add(program, code, called)
    put_down_program_requirement(sheets, program)
    put_down_templates(sheets, program, setting.now)
    return program


def _put_down_series(
    sheets: SheetSet, site: int, programs: dict[str, int], staff: Staff, diary: Diary, setting: Setting
) -> dict[tuple[int, Template], int]:
    """A series for each template and group of people, from its first occurrence on; its key."""
    until = last_day(setting.now, setting.horizon_weeks)
    firsts: dict[tuple[int, Template], Occurrence] = {}
    tracks: dict[tuple[int, Template], str] = {}
    for code, weeks in diary.weeks.items():
        for grid in weeks:
            for one in grid.occurrences():
                at = one.group, one.slot.template
                firsts.setdefault(at, one)
                tracks[at] = code
                if one.starts_at < firsts[at].starts_at:
                    firsts[at] = one
    series = {}
    for (group, template), first in firsts.items():
        key = sheets.series.add(
            programs[tracks[group, template]],
            site,
            template.kind,
            template.focus,
            template.title,
            template.rrule,
            f"{first.day}T{template.starts}",
            template.minutes,
            as_json(template.breaks),
            template.capacity,
            template.mode,
            staff.room(group, template),
            until,
            min(setting.now, first.starts_at - timedelta(days=14)),
        )
        sheets.series_counselors.add(key, staff.counselors[group, template.lead])
        series[group, template] = key
    return series
