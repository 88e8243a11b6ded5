"""A mark changed by field: what is said is written, what is not stays, and nothing stays that cannot."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from attendance.domain.marks import CAME, MARK_FIELDS, UNSAID, WITH_REASON, Mark, merge, status_said

SIX = datetime(2026, 11, 19, 1, tzinfo=UTC)
STATUSES = ("present", "excused", "no_show", "turned_away")
times = st.none() | st.integers(0, 180).map(lambda minutes: SIX + timedelta(minutes=minutes))
FIELDS: dict[str, st.SearchStrategy[Any]] = {
    "status": st.sampled_from(STATUSES),
    "mode": st.sampled_from(["in_person", "telehealth"]),
    "arrived_at": times,
    "left_at": times,
    "excuse_reason": st.sampled_from(["", "work", "court"]),
    "excuse_given_by": st.sampled_from(["", "patient", "court"]),
    "excuse_given_at": times,
    "document_seen": st.booleans(),
    "remark": st.sampled_from(["", "Bus", "Key at the desk"]),
}


def fits(said: dict[str, Any], status: str) -> bool:
    """What may be said with the status."""
    if status not in CAME and (said.get("arrived_at") or said.get("left_at")):
        return False
    if status not in WITH_REASON and said.get("excuse_reason"):
        return False
    excuse = ("excuse_given_by", "excuse_given_at", "document_seen")
    return status == "excused" or not any(said.get(name) for name in excuse)


@st.composite
def marks(draw: st.DrawFn) -> Mark:
    mark = Mark(**draw(st.fixed_dictionaries(FIELDS)))
    whole = {name: getattr(mark, name) for name in MARK_FIELDS}
    return mark if fits(whole, mark.status) else Mark(mark.status, mark.mode, remark=mark.remark)


changes = st.fixed_dictionaries({}, optional=FIELDS)


@given(marks(), changes)
def test_what_is_said_is_written_and_the_rest_stays_while_the_status_does(before: Mark, said: dict[str, Any]) -> None:
    said = {**said, "status": before.status}
    after = merge(said, before, own_mode="in_person")
    assert {name: getattr(after, name) for name in MARK_FIELDS} == {
        name: said.get(name, getattr(before, name)) for name in MARK_FIELDS
    }


@given(marks(), changes)
def test_after_a_new_status_nothing_stays_that_cannot(before: Mark, said: dict[str, Any]) -> None:
    status = status_said(said, before)
    assert isinstance(status, str)
    if not fits(said, status):
        return
    after = merge(said, before, own_mode="in_person")
    assert fits({name: getattr(after, name) for name in MARK_FIELDS}, after.status)
    assert (after.mode, after.remark) == (said.get("mode", before.mode), said.get("remark", before.remark))


@given(marks(), changes, changes)
def test_two_who_change_different_fields_meet_in_either_order(
    before: Mark, mine: dict[str, Any], theirs: dict[str, Any]
) -> None:
    mine, theirs = ({k: v for k, v in one.items() if k != "status"} for one in (mine, theirs))
    theirs = {name: value for name, value in theirs.items() if name not in mine}
    first = merge(theirs, merge(mine, before, own_mode="in_person"), own_mode="in_person")
    second = merge(mine, merge(theirs, before, own_mode="in_person"), own_mode="in_person")
    assert first == second == merge({**mine, **theirs}, before, own_mode="in_person")


def test_what_is_said_alone_tells_the_status_of_somebody_not_marked() -> None:
    said: list[dict[str, Any]] = [
        {"arrived_at": SIX},
        {"left_at": SIX},
        {"excuse_reason": "work"},
        {"document_seen": True},
        {"remark": "Bus"},
    ]
    assert [status_said(one, None) for one in said] == ["present", "present", "excused", "excused", UNSAID]
    assert status_said({"status": None}, Mark("present", "in_person")) is None
    assert status_said({"remark": "Bus"}, Mark("no_show", "in_person")) == "no_show"


def test_somebody_present_who_is_turned_away_keeps_the_times_and_a_mode_of_none_is_the_one_before() -> None:
    before = Mark("present", "telehealth", arrived_at=SIX, excuse_reason="transport", remark="Bus")
    turned = merge({"status": "turned_away", "mode": None}, before, own_mode="in_person")
    assert turned == Mark("turned_away", "telehealth", arrived_at=SIX, remark="Bus")
    assert merge({"status": "present"}, None, own_mode="telehealth") == Mark("present", "telehealth")
