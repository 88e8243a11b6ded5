"""What becomes of one occurrence when a series or a session is edited, as a value."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

from scheduling.models import Session
from scheduling.services.series_changes import Wanted

Change = Literal["kept", "moved", "added", "removed", "shut"]


@dataclass(frozen=True)
class Target:
    """What becomes of one occurrence. `columns` are the session's new values, only those that differ.

    `occurrence` is the wall time that names it afterwards. `counselor_ids` are None where they stay. A `revived`
    session had been taken away by the series, or kept off by the site's doors, and comes back. One that is removed not
    `by_series` was called off by name, and never comes back. One that is `shut` has its time, and waits called off
    until the site is open then.
    """

    change: Change
    occurrence: str | None
    starts_at: datetime
    ends_at: datetime
    session: Session | None = None
    columns: dict[str, Any] = field(default_factory=dict)
    counselor_ids: tuple[int, ...] | None = None
    revived: bool = False
    by_series: bool = True
    was_occurrence: str | None = field(init=False, default=None)
    was_starts_at: datetime | None = field(init=False, default=None)
    was_live: bool = field(init=False, default=False)

    def __post_init__(self) -> None:
        # Kept here, because the session's own become the new ones when the edit is done.
        object.__setattr__(self, "was_live", self.session is not None and self.session.is_live)
        if self.session is not None and not self.revived:
            object.__setattr__(self, "was_occurrence", self.session.occurrence_local)
            object.__setattr__(self, "was_starts_at", self.session.starts_at)

    @property
    def differs(self) -> bool:
        """Whether anything is to be written."""
        return bool(self.columns) or self.counselor_ids is not None or self.change in {"added", "removed"}

    @property
    def takes_place(self) -> bool:
        """Whether there is a session to come to afterwards."""
        return self.change not in {"removed", "shut"}

    @property
    def is_quiet(self) -> bool:
        """Whether it takes place neither before nor afterwards: nobody need be told."""
        return self.change == "shut" and not self.was_live

    @property
    def is_new(self) -> bool:
        """Whether nobody can be booked on it yet."""
        return self.change == "added"

    @property
    def row(self) -> Session:
        """The session that it is about. Raises LookupError for one that is not made yet."""
        if self.session is None:
            raise LookupError("a new occurrence has no session yet")
        return self.session

    def leads(self) -> tuple[int, ...]:
        """Who is to lead it."""
        if self.counselor_ids is not None:
            return self.counselor_ids
        return tuple(counselor.pk for counselor in self.row.counselors.all())

    def value(self, name: str) -> Any:
        """The column as it will be."""
        return self.columns.get(name, getattr(self.session, name, None))


@dataclass(frozen=True)
class Outline:
    """All occurrences that an edit touches, and the series afterwards (None for an edit of one occurrence)."""

    targets: tuple[Target, ...]
    wanted: Wanted | None


def changed_target(row: Session, local: str | None, values: dict[str, Any], leads: tuple[int, ...] | None) -> Target:
    """The session with these values, of which only those that differ are kept; moved where its times do."""
    columns = {name: value for name, value in values.items() if getattr(row, name) != value}
    start, end = columns.get("starts_at", row.starts_at), columns.get("ends_at", row.ends_at)
    change: Change = "moved" if (start, end) != (row.starts_at, row.ends_at) else "kept"
    return Target(change, local, start, end, row, columns, leads)


def new_leads(session: Session, said: Any) -> tuple[int, ...] | None:
    """Who is to lead the session, where an edit says somebody else than it is now."""
    if "counselors" not in said:
        return None
    wanted = tuple(sorted(counselor.pk for counselor in said["counselors"]))
    return None if wanted == tuple(sorted(one.pk for one in session.counselors.all())) else wanted


def shifted(breaks: Sequence[Sequence[str]], by: timedelta) -> list[list[str]]:
    """Breaks as sessions keep them, later by as much as their session."""
    return [[(datetime.fromisoformat(text) + by).isoformat() for text in pair_] for pair_ in breaks]
