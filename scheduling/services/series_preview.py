"""An edit's preview: everything that it would do, as a value; and the edit's refusals."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from people.domain.time import Interval
from people.errors import Refusal
from people.models import Patient, Room
from scheduling.enums import Kind
from scheduling.errors import CounselorBusy, RoomBusy, SeatsTaken, TravelTooShort
from scheduling.models import Session, SessionSeries
from scheduling.services.conflicts import conflicts_with
from scheduling.services.series_changes import Scope, SeriesEdit, Wanted
from scheduling.services.series_fates import Clash, Fate, clashes_of, fates_of
from scheduling.services.series_plan import outline_of
from scheduling.services.series_site_times import around_shut_doors, shut_for
from scheduling.services.series_staffing import unfit_in
from scheduling.services.series_targets import Outline, Target
from scheduling.services.session_plan import target_of_one
from scheduling.services.session_rules import refuse_crowded
from scheduling.services.staffing import first_refusal, lifted_by
from scheduling.services.uninviting import Then, Uninvited, chairs_freed, changed_invitations, uninvited_by
from scheduling.services.ways import led_too_near


@dataclass(frozen=True)
class Preview:
    """What an edit would do, before anything is saved.

    `targets` are the occurrences that it is for, with what becomes of each; `too_small` those whose seats are taken
    by more people than the new capacity has room for; `shut` says where the site is not open, `far`
    where a counselor would not get there in time. `guests` are the family members who would be asked no more.
    """

    edit: SeriesEdit
    series: SessionSeries | None
    targets: tuple[Target, ...]
    wanted: Wanted | None
    fates: tuple[Fate, ...]
    clashes: tuple[Clash, ...]
    too_small: tuple[Session, ...]
    shut: Refusal | None = None
    far: Refusal | None = None
    guests: tuple[Uninvited, ...] = ()

    def of(self, change: str) -> list[Target]:
        """The occurrences that are kept, moved, added or removed."""
        return [target for target in self.targets if target.change == change]

    @property
    def told(self) -> list[Target]:
        """The occurrences, without those that take place neither before nor afterwards."""
        return [target for target in self.targets if not target.is_quiet]

    @property
    def lost(self) -> list[Fate]:
        """Those whom it would leave without a seat."""
        return [fate for fate in self.fates if fate.is_lost and fate.booking.live]

    @property
    def lost_patients(self) -> list[Patient]:
        """The people among them, each once."""
        return list({fate.booking.patient_id: fate.booking.patient for fate in self.lost}.values())

    @property
    def named_patients(self) -> list[Patient]:
        """Those whom it names: who would lose a seat, and whose guests would be asked no more."""
        of_guests = [one.invitation.booking.patient for one in self.guests]
        return list({patient.pk: patient for patient in (*self.lost_patients, *of_guests)}.values())

    @property
    def carried(self) -> list[Fate]:
        """Bookings that go with their session to another time."""
        return [fate for fate in self.fates if not fate.is_lost and fate.target.change == "moved"]

    @property
    def refusal(self) -> Any:
        """Why it cannot be done at all, whatever is confirmed; None where it can."""
        if self.too_small:
            return SeatsTaken(
                sessions=[
                    {
                        "session": str(row.pk),
                        "seats_taken": row.seats_taken,
                        "starts_at": row.starts_at.astimezone(row.site.zone).isoformat(),
                    }
                    for row in self.too_small
                ]
            )
        if self.shut is not None:
            return self.shut
        if self.far is not None:
            return self.far
        if self.clashes and not self.edit.without_clashing:
            unfit = [(clash.duty, clash.finding) for clash in self.clashes if clash.duty and clash.finding]
            overlaps = [clash for clash in self.clashes if clash.finding is None]
            if not overlaps:
                return first_refusal(unfit)
            kind = CounselorBusy if any(clash.what == "counselor" for clash in overlaps) else RoomBusy
            busy = sorted({clash.other for clash in overlaps if clash.other is not None})
            everything = ((clash.what, clash.other) for clash in overlaps if clash.other is not None)
            return kind(sessions=[str(pk) for pk in busy], conflicts=conflicts_with(everything))
        return None


def preview_edit(series: SessionSeries, edit: SeriesEdit, *, now: datetime) -> Preview:
    """What the edit would do to the series' occurrences. Raises InvalidInput, and the refusals of what is over."""
    outline = outline_of(series, edit, now=now)
    if edit.scope is not Scope.THIS:
        outline = replace(outline, targets=around_shut_doors(series.site, outline.targets))
    return _preview(series, edit, outline, now=now)


def preview_session_edit(session: Session, edit: SeriesEdit, *, now: datetime) -> Preview:
    """What an edit of one session would do, be it of a series or not."""
    return _preview(None, edit, Outline((target_of_one(session, edit, now=now),), None), now=now)


def _preview(series: SessionSeries | None, edit: SeriesEdit, outline: Outline, *, now: datetime) -> Preview:
    fates = fates_of(outline.targets)
    guests = _uninvited(outline.targets, fates, now=now)
    _refuse_crowded(outline.targets, chairs_freed(guests))
    return Preview(
        edit=edit,
        series=series,
        targets=outline.targets,
        wanted=outline.wanted,
        fates=tuple(fates),
        clashes=tuple(clashes_of(outline.targets) + unfit_in(outline.targets, lifted=lifted_by(edit.override_reason))),
        too_small=tuple(_too_small(outline.targets)),
        shut=shut_for(outline.targets),
        far=_far(outline.targets),
        guests=tuple(guests),
    )


def _uninvited(targets: Sequence[Target], fates: Sequence[Fate], *, now: datetime) -> list[Uninvited]:
    """Family members whom the edit leaves without a session to come to, or without a consent for its new day."""
    changes: dict[int, Then] = {}
    for target in targets:
        if target.session is not None and target.takes_place:
            changes |= changed_invitations(target.session, kind=target.value("kind"), starts_at=target.starts_at)
    lost = {fate.booking.pk for fate in fates if fate.is_lost and fate.target.row.kind == Kind.FAMILY}
    return uninvited_by(changes, now=now, lost_bookings=lost)


def _refuse_crowded(targets: Sequence[Target], leaving: Counter[int]) -> None:
    """Raises InvalidInput where a room would lack chairs for the guests who stay of one of them."""
    touched = {"room_id", "capacity"}
    asked = [
        target
        for target in targets
        if target.session is not None
        and target.session.guests_expected
        and target.takes_place
        and target.columns.keys() & touched
    ]
    if asked:
        rooms = Room.objects.in_bulk({pk for target in asked if (pk := target.value("room_id")) is not None})
        for target in asked:
            room = rooms.get(target.value("room_id"))
            refuse_crowded(
                room, capacity=target.value("capacity"), guests=target.row.guests_expected - leaving[target.row.pk]
            )


def _far(targets: Sequence[Target]) -> Refusal | None:
    """Where whoever leads would not get from or to another site in time; asked only of sites with a way to others."""
    own = [target.session.pk for target in targets if target.session is not None]
    sites = {target.session.site_id: target.session.site for target in targets if target.session is not None}
    if not any(site.ways for site in sites.values()):
        return None
    far: set[int] = set()
    for target in targets:
        asked = target.change in {"moved", "added"} or target.counselor_ids is not None or "mode" in target.columns
        if target.takes_place and asked:
            site = target.session.site if target.session is not None else next(iter(sites.values()))
            when = Interval(target.starts_at, target.ends_at)
            far |= set(led_too_near(site, when, target.value("mode"), target.leads(), without=own))
    if not far:
        return None
    named = sorted(far)
    return TravelTooShort(sessions=[str(pk) for pk in named], conflicts=conflicts_with(("travel", pk) for pk in named))


def _too_small(targets: Sequence[Target]) -> list[Session]:
    return [
        target.session
        for target in targets
        if target.session is not None
        and not target.is_new
        and "capacity" in target.columns
        and target.columns["capacity"] < target.session.seats_taken + target.session.seats_held
    ]
