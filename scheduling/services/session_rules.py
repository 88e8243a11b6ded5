"""What makes a session sound, asked alike by the API, the pages, series and the demo data."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils.translation import gettext_lazy as _

from people.domain.time import Interval, merge
from people.errors import InvalidInput
from people.models import Counselor, Program, Room, Site
from scheduling.enums import Kind, Mode
from scheduling.errors import CounselorBusy, RoomBusy, TravelTooShort
from scheduling.models import Session, SessionCounselor
from scheduling.services.conflicts import What, conflicts_with
from scheduling.services.ways import led_too_near

LONGEST = timedelta(hours=12)
MOST_SEATS = 500
LONGEST_LINK = 200


@dataclass(frozen=True)
class SessionFields:
    """What a session is made of; instants are aware, breaks lie inside it."""

    program: Program
    site: Site
    kind: str
    title: str
    starts_at: datetime
    ends_at: datetime
    capacity: int
    focus: str = ""
    breaks: tuple[tuple[datetime, datetime], ...] = ()
    counselors: tuple[Counselor, ...] = ()
    room: Room | None = None
    mode: str = Mode.IN_PERSON
    telehealth_url: str = ""


@dataclass
class Findings:
    """Errors by field, gathered before anything is written."""

    errors: dict[str, list[Any]] = field(default_factory=dict)

    def add(self, name: str, sentence: Any) -> None:
        self.errors.setdefault(name, []).append(sentence)

    def raise_if_any(self) -> None:
        if self.errors:
            raise InvalidInput(self.errors)


def is_link(text: str) -> bool:
    """Whether the text is an address of the web, and short enough to be kept."""
    try:
        URLValidator(schemes=["https", "http"])(text)
    except ValidationError:
        return False
    return len(text) <= LONGEST_LINK


def check_fields(fields: SessionFields) -> int:
    """The session's clinical minutes. Raises InvalidInput naming every field that is wrong."""
    found = Findings()
    clinical = check_times(fields.starts_at, fields.ends_at, fields.breaks, found)
    check_offer(fields, found)
    found.raise_if_any()
    return clinical


def check_times(
    starts_at: datetime, ends_at: datetime, breaks: Sequence[tuple[datetime, datetime]], found: Findings
) -> int:
    """Minutes of the session less its breaks; what is wrong goes to `found`."""
    if ends_at <= starts_at:
        found.add("ends_at", _("The session must end after it starts."))
        return 0
    if ends_at - starts_at > LONGEST:
        found.add("ends_at", _("A session lasts 12 hours at most."))
        return 0
    whole = Interval(starts_at, ends_at)
    if any(end <= start for start, end in breaks):
        found.add("breaks", _("A break must end after it starts."))
        return 0
    pauses = [Interval(start, end) for start, end in breaks]
    if any(not whole.covers(pause) for pause in pauses):
        found.add("breaks", _("A break must lie inside the session."))
    if any(one.overlaps(other) for position, one in enumerate(pauses) for other in pauses[position + 1 :]):
        found.add("breaks", _("Breaks must not overlap."))
    seconds = whole.seconds - sum(pause.seconds for pause in merge(pauses))
    if seconds < 60:
        found.add("breaks", _("Nothing of the session is left beside its breaks."))
    return seconds // 60


def check_offer(fields: Any, found: Findings) -> None:
    """Kind, focus, seats, place and people; works on a session's fields and on a series'."""
    if fields.kind not in Kind.values:
        found.add("kind", _("There is no such kind of session."))
    if fields.mode not in Mode.values:
        found.add("mode", _("A session is in person, by video, or either."))
    if not str(fields.title).strip():
        found.add("title", _("Give the session a title."))
    if not 1 <= fields.capacity <= MOST_SEATS:
        found.add("capacity", _("A session has at least one seat, and 500 at most."))
    if fields.focus and not fields.program.foci.filter(code=fields.focus).exists():
        found.add("focus", _("The program's list has no such focus."))
    if fields.telehealth_url and not is_link(fields.telehealth_url):
        found.add("telehealth_url", _("Write the whole address, such as https://video.example/room."))
    _check_places(fields, found)


def _check_places(fields: Any, found: Findings) -> None:
    if not fields.program.sites.filter(pk=fields.site.pk).exists():
        found.add("site", _("The program is not run at this site."))
    if fields.room is not None:
        if fields.room.site_id != fields.site.pk:
            found.add("room", _("The room belongs to another site."))
        elif fields.capacity > fields.room.seats:
            found.add("capacity", _("The room has fewer seats than the session."))
    for counselor in fields.counselors:
        if not counselor.sites.filter(pk=fields.site.pk).exists():
            found.add("counselors", _("A counselor does not work at this site."))


def asked_of(fields: SessionFields) -> tuple[Interval, str]:
    """When the session is to be, and in which mode."""
    return Interval(fields.starts_at, fields.ends_at), fields.mode


def refuse_crowded(room: Room | None, *, capacity: int, guests: int) -> None:
    """Raises InvalidInput for a room that has no chairs for the guests who said that they come."""
    if room is not None and capacity + guests > room.seats:
        raise InvalidInput({"room": _("The room has fewer seats than the session and its guests.")})


def refuse_unused(room: Room | None) -> None:
    """Raises InvalidInput for a room that is out of use: what is on in it stays, nothing new goes there."""
    if room is not None and not room.active:
        raise InvalidInput({"room": _("This room is not in use any more.")})


def refuse_clashes(fields: SessionFields, *, without: int | None = None) -> None:
    """Raises CounselorBusy or RoomBusy where somebody or some room is taken, TravelTooShort where somebody would not
    get there from another site in time; `conflicts` names every session that stands in the way, of each.
    """
    whole = Interval(fields.starts_at, fields.ends_at)
    leads = SessionCounselor.objects.filter(
        counselor__in=fields.counselors, live=True, starts_at__lt=fields.ends_at, ends_at__gt=fields.starts_at
    )
    busy = sorted(set(leads.exclude(session_id=without or 0).values_list("session_id", flat=True)))
    rooms: list[int] = []
    if fields.room is not None:
        taken = Session.objects.live().overlapping(whole).filter(room=fields.room).exclude(pk=without or 0)
        rooms = sorted(taken.values_list("pk", flat=True))
    leading = [one.pk for one in fields.counselors]
    far = led_too_near(fields.site, whole, fields.mode, leading, without=[*busy, without or 0])
    if busy or rooms or far:
        refusal, named = (CounselorBusy, busy) if busy else (RoomBusy, rooms) if rooms else (TravelTooShort, far)
        everything: list[tuple[What, int]] = [("counselor", pk) for pk in busy]
        everything += [("room", pk) for pk in rooms]
        everything += [("travel", pk) for pk in far]
        raise refusal(sessions=[str(pk) for pk in named], conflicts=conflicts_with(everything))


def stored_breaks(breaks: Sequence[tuple[datetime, datetime]]) -> list[list[str]]:
    """Breaks as the model keeps them: UTC instants in ISO form, in order."""
    from people.domain.time import as_utc

    return [[as_utc(start).isoformat(), as_utc(end).isoformat()] for start, end in sorted(breaks)]
