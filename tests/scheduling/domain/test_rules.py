"""Which texts are rules, and what they say."""

# ruff: noqa: DTZ001 - wall times are naive on purpose

from contextlib import suppress
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduling.domain.rules import Frequency, NthDay, Rule, RuleError, parse_rule

DENVER = ZoneInfo("America/Denver")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("FREQ=DAILY", Rule(Frequency.DAILY)),
        ("RRULE:FREQ=DAILY;COUNT=5", Rule(Frequency.DAILY, count=5)),
        ("freq=weekly;byday=tu,th,tu", Rule(Frequency.WEEKLY, by_day=(NthDay(0, 1), NthDay(0, 3)))),
        (
            "FREQ=WEEKLY;INTERVAL=2;WKST=SU;BYDAY=MO;BYHOUR=18,9;BYMINUTE=30;BYSECOND=0",
            Rule(
                Frequency.WEEKLY,
                interval=2,
                week_start=6,
                by_day=(NthDay(0, 0),),
                by_hour=(9, 18),
                by_minute=(30,),
                by_second=(0,),
            ),
        ),
        (
            "FREQ=MONTHLY;BYDAY=-1FR,+2MO;BYMONTH=1,6;BYSETPOS=-1",
            Rule(
                Frequency.MONTHLY,
                by_month=(1, 6),
                by_day=(NthDay(-1, 4), NthDay(2, 0)),
                by_position=(-1,),
            ),
        ),
        ("FREQ=YEARLY;BYDAY=-53SA", Rule(Frequency.YEARLY, by_day=(NthDay(-53, 5),))),
        ("FREQ=MONTHLY;BYDAY=5SA", Rule(Frequency.MONTHLY, by_day=(NthDay(5, 5),))),
        ("FREQ=YEARLY;BYWEEKNO=-1,20", Rule(Frequency.YEARLY, by_week_number=(-1, 20))),
        ("FREQ=YEARLY;BYYEARDAY=-1,100", Rule(Frequency.YEARLY, by_year_day=(-1, 100))),
        ("FREQ=MONTHLY;BYMONTHDAY=-1,15", Rule(Frequency.MONTHLY, by_month_day=(-1, 15))),
        (
            "FREQ=DAILY;UNTIL=20261116",
            Rule(Frequency.DAILY, until=datetime(2026, 11, 16, 23, 59, 59, 999999)),
        ),
        ("FREQ=DAILY;UNTIL=20261116T180000", Rule(Frequency.DAILY, until=datetime(2026, 11, 16, 18))),
        ("FREQ=DAILY;UNTIL=20261117T010000Z", Rule(Frequency.DAILY, until=datetime(2026, 11, 16, 18))),
        ("FREQ=DAILY;UNTIL=20260701T010000Z", Rule(Frequency.DAILY, until=datetime(2026, 6, 30, 19))),
        ("FREQ=DAILY;UNTIL=99991231T235959Z", Rule(Frequency.DAILY, until=datetime(2100, 12, 31, 23, 59, 59))),
    ],
)
def test_rule_is_read(text: str, expected: Rule) -> None:
    assert parse_rule(text, zone=DENVER) == expected


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "rule_syntax"),
        ("every day", "rule_syntax"),
        ("FREQ=DAILY;", "rule_syntax"),
        ("FREQ=DAILY;COUNT", "rule_syntax"),
        ("FREQ=DAILY;COUNT=", "rule_syntax"),
        ("FREQ=DAILY;COUNT=2;COUNT=3", "rule_syntax"),
        ("FREQ=DAILY;BYEASTER=1", "rule_syntax"),
        ("FREQ=YEARLY;RSCALE=HEBREW", "rule_syntax"),
        ("FREQ=DAILY;BYHOUR=" + ",".join(["9"] * 1000), "rule_syntax"),
        ("COUNT=3", "rule_frequency"),
        ("FREQ=HOURLY", "rule_frequency"),
        ("FREQ=MINUTELY;COUNT=3", "rule_frequency"),
        ("FREQ=SECONDLY", "rule_frequency"),
        ("FREQ=FORTNIGHTLY", "rule_frequency"),
        ("FREQ=DAILY;INTERVAL=0", "rule_interval"),
        ("FREQ=DAILY;INTERVAL=-1", "rule_interval"),
        ("FREQ=DAILY;INTERVAL=1.5", "rule_interval"),
        ("FREQ=DAILY;INTERVAL=\u0662", "rule_interval"),
        ("FREQ=DAILY;COUNT=0", "rule_count"),
        ("FREQ=DAILY;COUNT=-3", "rule_count"),
        ("FREQ=DAILY;COUNT=many", "rule_count"),
        ("FREQ=DAILY;COUNT=3;UNTIL=20261231", "rule_combination"),
        ("FREQ=DAILY;UNTIL=soon", "rule_until"),
        ("FREQ=DAILY;UNTIL=2026-12-31", "rule_until"),
        ("FREQ=DAILY;UNTIL=20260230", "rule_until"),
        ("FREQ=DAILY;UNTIL=20261231T240000", "rule_until"),
        ("FREQ=DAILY;UNTIL=20261231Z", "rule_until"),
        ("FREQ=DAILY;UNTIL=00000101", "rule_until"),
        ("FREQ=DAILY;UNTIL=00010101T000000Z", "rule_until"),
        ("FREQ=WEEKLY;WKST=XX", "rule_value"),
        ("FREQ=WEEKLY;BYDAY=XX", "rule_value"),
        ("FREQ=WEEKLY;BYDAY=MO,", "rule_value"),
        ("FREQ=MONTHLY;BYDAY=0MO", "rule_value"),
        ("FREQ=MONTHLY;BYDAY=54MO", "rule_value"),
        ("FREQ=MONTHLY;BYMONTHDAY=0", "rule_value"),
        ("FREQ=MONTHLY;BYMONTHDAY=32", "rule_value"),
        ("FREQ=YEARLY;BYMONTH=13", "rule_value"),
        ("FREQ=YEARLY;BYMONTH=-1", "rule_value"),
        ("FREQ=YEARLY;BYYEARDAY=367", "rule_value"),
        ("FREQ=YEARLY;BYWEEKNO=54", "rule_value"),
        ("FREQ=DAILY;BYHOUR=24", "rule_value"),
        ("FREQ=DAILY;BYSECOND=60", "rule_value"),
        ("FREQ=DAILY;BYHOUR=9;BYSETPOS=0", "rule_value"),
        ("FREQ=DAILY;BYHOUR=1,2,3,4,5;BYMINUTE=0,10,20,30,40", "rule_times"),
        ("FREQ=DAILY;BYMINUTE=" + ",".join(map(str, range(25))), "rule_times"),
        ("FREQ=WEEKLY;BYDAY=2MO", "rule_combination"),
        ("FREQ=DAILY;BYDAY=-1MO", "rule_combination"),
        ("FREQ=YEARLY;BYWEEKNO=20;BYDAY=2MO", "rule_combination"),
        ("FREQ=MONTHLY;BYDAY=6MO", "rule_combination"),
        ("FREQ=YEARLY;BYMONTH=6;BYDAY=-53SA", "rule_combination"),
        ("FREQ=MONTHLY;BYDAY=2MO,WE", "rule_combination"),
        ("FREQ=MONTHLY;BYWEEKNO=20", "rule_combination"),
        ("FREQ=MONTHLY;BYYEARDAY=20", "rule_combination"),
        ("FREQ=WEEKLY;BYMONTHDAY=20", "rule_combination"),
        ("FREQ=MONTHLY;BYSETPOS=1", "rule_combination"),
        ("FREQ=DAILY\nFREQ=WEEKLY", "rule_lines"),
        ("RRULE:FREQ=DAILY\r\nRDATE:20261231T180000", "rule_lines"),
        ("RRULE:FREQ=DAILY\nEXDATE:20261231T180000", "rule_lines"),
        ("RRULE:FREQ=DAILY RRULE:FREQ=WEEKLY", "rule_lines"),
        ("DTSTART:20261123T180000 RRULE:FREQ=DAILY", "rule_lines"),
        ("RDATE:20261231T180000", "rule_lines"),
        ("EXRULE:FREQ=DAILY", "rule_lines"),
    ],
)
def test_other_text_is_refused_with_its_reason(text: str, code: str) -> None:
    with pytest.raises(RuleError) as refused:
        parse_rule(text, zone=DENVER)
    assert refused.value.code == code
    assert str(refused.value.detail).endswith(".")


@given(
    st.one_of(
        st.text(max_size=60),
        st.lists(
            st.tuples(
                st.sampled_from(["FREQ", "INTERVAL", "COUNT", "UNTIL", "BYDAY", "BYHOUR", "BYSETPOS", "WKST"]),
                st.one_of(st.sampled_from(["DAILY", "YEARLY", "1", "MO", "20261231"]), st.text(max_size=12)),
            ).map("=".join),
            max_size=5,
        ).map(";".join),
    )
)
def test_no_text_breaks_the_reader(text: str) -> None:
    with suppress(RuleError):
        assert parse_rule(text, zone=DENVER).interval >= 1
