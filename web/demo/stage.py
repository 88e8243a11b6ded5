"""What the pages should have to show: a full group about to be led, people waiting for it, rosters left undone."""

from datetime import date, datetime, timedelta
from random import Random

from people.domain.time import local_date
from web.demo.booking import Diary
from web.demo.diary import Occurrence, Seat, TrackWeek
from web.demo.timetable import EVENING

MOST_WAITING = 3


def next_group(diary: Diary) -> tuple[TrackWeek, Occurrence]:
    """The evening track's group that takes place now, or comes next: the one that the demo counselor leads."""
    coming = [
        (one.starts_at, one.slot.template.lead, grid, one)
        for grid in diary.weeks[EVENING.code]
        for one in grid.occurrences()
        if one.ends_at > diary.now and one.group == 0 and one.slot.template.kind == "group" and one.slot.template.room
    ]
    _, _, grid, one = min(coming, key=lambda found: found[:2])
    return grid, one


def crowd(diary: Diary, grid: TrackWeek, one: Occurrence) -> None:
    """Fill the session: with people who could come, the emptiest weeks first; then with some who take time off work."""
    for despite_work in (False, True):
        able = [
            (person, episode)
            for person in diary.people
            if (episode := diary.may_join(person, one, grid, despite_work=despite_work)) is not None
        ]
        able.sort(key=lambda found: (diary.loads[found[0].number, grid.week.starts_on][0].minutes, found[0].number))
        for person, episode in able[: one.slot.template.capacity - len(one.seats)]:
            diary.loads[person.number, grid.week.starts_on][0].add(one)
            diary.book(person, episode, one, grid).despite_work = despite_work


def let_wait(diary: Diary, rng: Random) -> None:
    """A few people wait for each full group of the next weeks."""
    for weeks in diary.weeks.values():
        for grid in weeks:
            for one in grid.occurrences():
                full = len(one.seats) >= one.slot.template.capacity > 1
                if full and one.starts_at > diary.now and one.called_off_at is None:
                    _wait_for(diary, grid, one, rng)


def _wait_for(diary: Diary, grid: TrackWeek, one: Occurrence, rng: Random) -> None:
    able = [(person, episode) for person in diary.people if (episode := diary.may_join(person, one, grid)) is not None]
    for number, (person, episode) in enumerate(able[: rng.randint(1, MOST_WAITING)]):
        latest = max(seat.booked_at for seat in one.seats)
        asked_at = min(diary.now - timedelta(minutes=5 - number), latest + timedelta(minutes=7 * (number + 1)))
        one.waiting.append(Seat(person, episode, one, grid.week.starts_on, asked_at))


def leave_undone(diary: Diary, leader: int | None, rng: Random) -> None:
    """One roster of the leader's not signed, two people on it without a mark; another one forgotten altogether.

    At a site without a leader there is a forgotten one, or none.
    """
    everything = (one for weeks in diary.weeks.values() for grid in weeks for one in grid.occurrences())
    ended = sorted(
        (one for one in everything if _may_wait(one, diary.now)), key=lambda one: (one.ends_at, one.key), reverse=True
    )
    own = [one for one in ended if one.slot.template.lead == leader and one.group == 0]
    if leader is not None:
        today = local_date(diary.now, diary.zone)
        _leave_two(next((one for one in own if one.day < today), None))
    if leader is not None or rng.random() < 0.5:
        current = {grid.week.starts_on for weeks in diary.weeks.values() for grid in weeks if grid.ahead == 0}
        others = (one for one in ended if one not in own and _is_old(one, diary.now))
        _forget(next((one for one in others if not _counts_for_role(one, current)), None))


def uncover(diary: Diary, rng: Random) -> Occurrence | None:
    """A group of the week after next that nobody leads yet."""
    groups = [
        one
        for grid in diary.weeks[EVENING.code]
        if grid.ahead == 1
        for one in grid.occurrences()
        if one.slot.template.kind == "group" and one.starts_at > diary.now + timedelta(days=3)
    ]
    return rng.choice(groups) if groups else None


def last_day(now: datetime, weeks: int) -> date:
    """The last date that series are turned into sessions for, as the sweep reckons it."""
    return (now + timedelta(weeks=weeks)).date()


def _may_wait(one: Occurrence, now: datetime) -> bool:
    group = one.slot.template.kind == "group" and one.slot.template.room
    recent = now - timedelta(days=12) < one.ends_at
    return bool(group and recent and one.marked_at <= now and one.called_off_at is None and len(one.seats) > 2)


def _is_old(one: Occurrence, now: datetime) -> bool:
    return now - timedelta(days=6) < one.ends_at < now - timedelta(hours=26)


def _counts_for_role(one: Occurrence, weeks: set[date]) -> bool:
    """Whether somebody who stands for something this week would stand for something else without it."""
    return any(seat.person.role and seat.week in weeks for seat in one.seats)


def _leave_two(one: Occurrence | None) -> None:
    if one is None:
        return
    one.signed = False
    for seat in [seat for seat in one.seats if not seat.person.role][:2]:
        seat.mark = None


def _forget(one: Occurrence | None) -> None:
    if one is None:
        return
    one.signed = False
    for seat in one.seats:
        seat.mark = None
