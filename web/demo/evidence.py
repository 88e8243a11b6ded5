"""The rows of a site's sessions: who leads them, who booked, what became of it, and the signature beneath."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from attendance.domain.credit import CreditPolicy
from scheduling.enums import BookingStatus, SessionState
from scheduling.services.session_rules import stored_breaks
from web.demo.attendance import ON_TIME, Mark, worth_of
from web.demo.booking import Diary
from web.demo.corrections import A_LITTLE_LATER, REASON, correction_of, excuse_of, is_corrected
from web.demo.diary import Occurrence, Seat
from web.demo.sheet_set import SheetSet
from web.demo.sheets import as_json
from web.demo.timetable import Template

A_DAY = timedelta(days=1)
A_MINUTE = timedelta(minutes=1)
LINK = "https://video.example/"


@dataclass(frozen=True)
class Staff:
    """The keys of a site's counselors, their accounts and rooms, each by the group of people that they are for."""

    counselors: dict[tuple[int, int], int]
    users: dict[tuple[int, int], int]
    rooms: dict[tuple[int, str], int]

    def room(self, group: int, template: Template) -> int | None:
        """The room of a template; None by video."""
        return self.rooms[group, template.room] if template.room else None


class _Held(NamedTuple):
    """What all rows of one session share."""

    one: Occurrence
    breaks: str
    policy: CreditPolicy
    policy_text: str
    signer: int


class _Marked(NamedTuple):
    """A record and whose it is."""

    record: int
    mark: Mark
    booking: int
    patient: int


def put_down_sessions(
    sheets: SheetSet,
    diary: Diary,
    site: int,
    programs: dict[str, int],
    series: dict[tuple[int, Template], int],
    staff: Staff,
    admissions: dict[tuple[int, int], tuple[int, int]],
    uncovered: Occurrence | None,
) -> None:
    """Every session with its lead, bookings, records and roster."""
    for code, weeks in diary.weeks.items():
        policy = weeks[0].track.policy
        policy_text = as_json(
            {
                "grace_minutes": policy.grace_minutes,
                "late_cutoff_minutes": policy.late_cutoff_minutes,
                "rounding": str(policy.rounding),
            }
        )
        for grid in weeks:
            for one in grid.occurrences():
                template = one.slot.template
                breaks = _breaks(one)
                signer = staff.users[one.group, template.lead]
                is_over = one.marked_at <= diary.now and bool(one.seats)
                signed = is_over and one.signed
                state = SessionState.SIGNED if signed else SessionState.SCHEDULED
                changed_at = one.marked_at if signed else min(diary.now, one.starts_at - 30 * A_DAY)
                if one.called_off_at is not None:
                    state, changed_at = SessionState.CANCELLED, one.called_off_at
                sheets.sessions.add(
                    series[one.group, template],
                    f"{one.day}T{template.starts}",
                    programs[code],
                    site,
                    template.kind,
                    template.focus,
                    template.title,
                    one.starts_at,
                    one.ends_at,
                    breaks,
                    template.clinical_minutes,
                    template.capacity,
                    len(one.seats),
                    state.value,
                    template.mode,
                    staff.room(one.group, template),
                    "" if template.room else f"{LINK}{site}-{one.group}-{template.key}",
                    changed_at,
                    key=one.key,
                )
                if one is not uncovered:
                    counselor = staff.counselors[one.group, template.lead]
                    sheets.leads.add(one.key, counselor, one.starts_at, one.ends_at, one.called_off_at is None)
                held = _Held(one, breaks, policy, policy_text, signer)
                _put_down_seats(sheets, held, diary, admissions, signed=signed)


def _put_down_seats(
    sheets: SheetSet, held: _Held, diary: Diary, admissions: dict[tuple[int, int], tuple[int, int]], *, signed: bool
) -> None:
    """The session's bookings; the records of those who were marked; the roster once somebody was."""
    one = held.one
    marked: list[_Marked] = []
    for seat in one.seats:
        patient, admission = admissions[seat.person.number, seat.episode]
        minutes, marked_at = one.slot.template.clinical_minutes, None
        booking = sheets.bookings.key()
        if seat.mark is not None:
            marked_at = one.marked_at - A_MINUTE
            record = _put_down_record(sheets, held, seat.mark, booking, patient)
            marked.append(_Marked(record, seat.mark, booking, patient))
            minutes = worth_of(seat.mark, one.slot.template, held.policy).credited_minutes
        _put_down_booking(sheets, seat, booking, patient, admission, BookingStatus.BOOKED, minutes, marked_at)
    for seat in one.waiting:
        patient, admission = admissions[seat.person.number, seat.episode]
        key = sheets.bookings.key()
        _put_down_booking(sheets, seat, key, patient, admission, BookingStatus.WAITLISTED, 0, None)
    for seat in one.left:
        patient, admission = admissions[seat.person.number, seat.episode]
        key = sheets.bookings.key()
        _put_down_booking(sheets, seat, key, patient, admission, BookingStatus.CANCELLED, 0, None)
    if signed:
        corrected = _put_down_corrections(sheets, held, marked, now=diary.now)
        sheets.rosters.add(one.key, 2 + corrected, one.marked_at, held.signer)
        after = as_json({"version": 2, "records": [each.record for each in marked]})
        sheets.trail.add(one.marked_at, held.signer, "roster_signed", "session", one.key, None, after)
    elif marked:
        sheets.rosters.add(one.key, 1, None, None)


def _put_down_corrections(sheets: SheetSet, held: _Held, marked: list[_Marked], *, now: datetime) -> int:
    """Those that were put down as on time at first; answers how many."""
    one, template = held.one, held.one.slot.template
    at = one.marked_at + A_LITTLE_LATER
    corrected = [each for each in marked if at <= now and is_corrected(each.mark, each.booking)]
    for each in corrected:
        before, after = correction_of(
            each.mark,
            worth_of(each.mark, template, held.policy),
            worth_of(ON_TIME, template, held.policy),
            session=one.key,
            mode="in_person" if template.room else "telehealth",
            starts_at=one.starts_at,
        )
        sheets.amendments.add(each.record, at, held.signer, REASON, before, after)
        sheets.trail.add(at, held.signer, "amended", "booking", each.booking, each.patient, after)
    return len(corrected)


def _put_down_booking(
    sheets: SheetSet,
    seat: Seat,
    key: int,
    patient: int,
    admission: int,
    status: BookingStatus,
    minutes: int,
    marked_at: object,
) -> None:
    one, given_up_at = seat.occurrence, seat.given_up_at
    late = given_up_at is not None and one.called_off_at is None and given_up_at > one.starts_at - A_DAY
    sheets.bookings.add(
        patient,
        admission,
        one.key,
        status.value,
        one.starts_at,
        one.ends_at,
        status == BookingStatus.BOOKED,
        seat.week,
        minutes,
        marked_at,
        f"{seat.person.rng.getrandbits(128):032x}@appointments",
        0 if given_up_at is None else 1,
        seat.despite_work,
        seat.override,
        seat.booked_at,
        None,
        given_up_at,
        None,
        seat.reason,
        late,
        given_up_at or seat.booked_at,
        key=key,
    )


def _put_down_record(sheets: SheetSet, held: _Held, mark: Mark, booking: int, patient: int) -> int:
    one, template = held.one, held.one.slot.template
    worth = worth_of(mark, template, held.policy)
    return sheets.records.add(
        booking,
        one.key,
        patient,
        mark.status,
        "in_person" if template.room else "telehealth",
        None if mark.arrived is None else one.starts_at + timedelta(minutes=mark.arrived),
        None if mark.left is None else one.starts_at + timedelta(minutes=mark.left),
        mark.excuse,
        *excuse_of(mark, booking, one.starts_at),
        one.starts_at,
        one.ends_at,
        held.breaks,
        worth.planned_minutes,
        worth.late_minutes,
        worth.early_minutes,
        worth.credited_minutes,
        worth.deductions,
        held.policy_text,
        one.marked_at - A_MINUTE,
        held.signer,
    )


def _breaks(one: Occurrence) -> str:
    pause = one.slot.template.pause
    if pause is None:
        return "[]"
    start = one.starts_at + timedelta(minutes=pause[0])
    return as_json(stored_breaks([(start, start + timedelta(minutes=pause[1]))]))
