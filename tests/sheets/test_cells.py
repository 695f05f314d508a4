"""What clerks write, and what it means."""

from __future__ import annotations

import contextlib
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridpoints.errors import (
    DayImpossible,
    DayUnclear,
    DayUnreadable,
    GridpointsError,
    NotPositive,
    QuantityTooLarge,
)
from gridpoints.sheets.cells import read_day, read_quantity, tidy


@pytest.mark.parametrize(
    "text",
    [
        "2024-03-05",
        "2024-3-5",
        "2024/3/5",
        "2024.3.5",
        "2024－3－5",
        "2024–03–05",
        "2024年3月5日",
        "2024年03月05号",
        "2024 年 3 月 5 日",
        "２０２４年３月５日",
        "20240305",
        "2024-03-05 14:30",
        "2024-03-05T14:30:00",
        "2024年3月5日 14:30",
    ],
)
def test_days_as_clerks_write_them(text: str) -> None:
    assert read_day(tidy(text)) == date(2024, 3, 5)


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("2024-02-30", DayImpossible),
        ("2024年13月1日", DayImpossible),
        ("20240230", DayImpossible),
        ("03/04/2024", DayUnclear),
        ("25/12/2024", DayUnreadable),
        ("24.3.5", DayUnreadable),
        ("3月5日", DayUnreadable),
        ("45356", DayUnreadable),
        ("二〇二四年三月五日", DayUnreadable),
        ("2024-03-05-06", DayUnreadable),
        ("昨天", DayUnreadable),
        ("=TODAY()", DayUnreadable),
    ],
)
def test_days_that_are_refused(text: str, error: type[GridpointsError]) -> None:
    with pytest.raises(error):
        read_day(tidy(text))


def test_an_unclear_day_is_told_with_both_its_meanings() -> None:
    with pytest.raises(DayUnclear) as caught:
        read_day("03/04/2024")
    assert (caught.value.first, caught.value.second) == (date(2024, 3, 4), date(2024, 4, 3))


@pytest.mark.parametrize(
    ("text", "quantity"),
    [("2", "2"), ("2.0", "2"), ("1.50", "1.5"), ("１０", "10"), ("0.333333", "0.333333"), ("10000", "10000")],
)
def test_quantities(text: str, quantity: str) -> None:
    read = read_quantity(tidy(text))
    assert read == Decimal(quantity)
    assert str(read) == quantity


def test_no_quantity_is_none() -> None:
    assert read_quantity("") is None


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("0", NotPositive),
        ("0.00", NotPositive),
        ("-2", NotPositive),
        ("1e9", NotPositive),
        ("1_000", NotPositive),
        ("1,5", NotPositive),
        ("NaN", NotPositive),
        ("Infinity", NotPositive),
        ("2小时", NotPositive),
        ("两", NotPositive),
        ("2:30", NotPositive),
        ("٣", NotPositive),
        ("0.3333333", NotPositive),
        ("1000000000", QuantityTooLarge),
        ("10000.5", QuantityTooLarge),
        ("9" * 400, NotPositive),
    ],
)
def test_quantities_that_are_refused(text: str, error: type[GridpointsError]) -> None:
    with pytest.raises(error):
        read_quantity(text)


@given(st.dates())
def test_every_day_is_read_in_every_form(day: date) -> None:
    forms = (day.isoformat(), f"{day.year:04}年{day.month}月{day.day}日", day.isoformat().replace("-", ""))
    assert {read_day(form) for form in forms} == {day}


@given(st.text())
def test_whatever_is_written_is_read_or_refused(text: str) -> None:
    for read in (read_day, read_quantity):
        with contextlib.suppress(GridpointsError):
            read(tidy(text))


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("  张 三  ", "张 三"),
        ("　张三　", "张三"),
        ("\u200b张三\ufeff", "张三"),
        ("Ｂ００１", "B001"),
        ("张\n三", "张 三"),
    ],
)
def test_text_is_made_plain(text: str, plain: str) -> None:
    assert tidy(text) == plain
