"""The code on a door's screen: of one place, for a moment."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from attendance.domain.door import SLOTS_BACK, door_code, is_current, slot_of

KEY = b"a key of the tests"
moments = st.datetimes(datetime(2026, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


def test_a_code_is_six_digits_that_depend_on_key_place_and_time() -> None:
    codes = [door_code(KEY, 1, 7), door_code(b"another", 1, 7), door_code(KEY, 2, 7), door_code(KEY, 1, 8)]
    assert len(set(codes)) == 4
    assert all(len(code) == 6 and code.isdigit() for code in codes)
    assert door_code(KEY, 1, 7) == codes[0]


@given(moments, st.floats(0, 200))
def test_a_code_holds_while_it_is_shown_and_a_moment_longer(now: datetime, later: float) -> None:
    code, then = door_code(KEY, 1, slot_of(now)), now + timedelta(seconds=later)
    assert is_current(code, KEY, 1, now=then) is (slot_of(then) - slot_of(now) <= SLOTS_BACK)
    assert not is_current(code, KEY, 2, now=now)


def test_what_is_no_code_is_none() -> None:
    now = datetime(2026, 11, 18, 18, tzinfo=UTC)
    assert not any(is_current(text, KEY, 1, now=now) for text in ("", "12345", "１２３４５６", "abcdef", "1234567"))
