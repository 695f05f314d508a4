"""What a program gives by mistake is told with its name and type, and not by a database or by Python."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import Any

import pytest

import gridpoints
from gridpoints import Actor, Community, Member, Report
from gridpoints.errors import GridpointsError, UnknownStore, WrongType

DAY = date(2026, 3, 1)
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
#: All rooms whose operations take days, but the rules: their calendar is asked with days that were checked.
ROOMS = (
    "awards",
    "catalog",
    "claiming",
    "community",
    "ledger",
    "notices",
    "oversight",
    "recognition",
    "redemption",
)


def post(village: Community, **term: Any) -> object:
    """What is kept has days where days belong, whatever room keeps it."""
    item = village.catalog.draft("Care", deed="care")
    return village.catalog.draft_post(item.id, "Gate", places=1, **term)


@pytest.mark.parametrize(
    ("call", "field", "given"),
    [
        (lambda village, li: Report(4, li.id, "care", DAY), "id", "int"),  # type: ignore[arg-type]
        (lambda village, li: Report("d", li, "care", DAY), "member_id", "Member"),
        (lambda village, li: Report("d", li.id, "care", "2026-03-01"), "day", "str"),  # type: ignore[arg-type]
        (lambda village, li: Report("d", li.id, "care", NOON), "day", "datetime"),
        (lambda village, li: Report("d", li.id, "care", DAY, 1.5), "quantity", "float"),  # type: ignore[arg-type]
        (lambda village, li: Report("d", li.id, "care", DAY, True), "quantity", "bool"),  # type: ignore[arg-type]
        (lambda village, li: Report("d", li.id, "care", DAY, evidence="a.jpg"), "evidence", "str"),
        (lambda village, li: Actor("wang", "clerk"), "roles", "str"),
        (lambda village, li: village.acting_as("wang"), "actor", "str"),
        (lambda village, li: village.awards.credit({"id": "d"}), "report", "dict"),
        (lambda village, li: village.awards.simulate("gridpoints: 1"), "rules", "str"),
        (lambda village, li: village.rules.in_force("2026-03-01"), "day", "str"),
        (lambda village, li: village.rules.in_force(NOON), "day", "datetime"),
        (lambda village, li: village.rules.publish(None), "rules", "NoneType"),
        (lambda village, li: village.rules.publish(b"gridpoints: 1"), "rules", "bytes"),
        (lambda village, li: village.community.leave(li), "id", "Member"),
        (lambda village, li: village.claiming.submit_hours("c", 1.5), "hours", "float"),
        (lambda village, li: village.claiming.enter_hours("c", "1.5"), "hours", "str"),
        (lambda village, li: village.awards.public_grades("people", "2026-03-01"), "day", "str"),
        (lambda village, li: village.recognition.enter(li.id, "honour", "x", day=NOON), "day", "datetime"),
        (lambda village, li: village.recognition.certify_hours(li.id, since=NOON), "since", "datetime"),
        (lambda village, li: village.oversight.findings(first="2026-03-01"), "first", "str"),
        (lambda village, li: post(village, starts_on=NOON), "starts_on", "datetime"),
        (lambda village, li: village.redemption.redeem(li, li.id), "offer", "Member"),
        (lambda village, li: village.redemption.redeem("soap", li), "member", "Member"),
        (lambda village, li: village.redemption.capture(li), "id", "Member"),
    ],
    ids=count(),
)
def test_a_wrong_type_is_named(
    village: Community, li: Member, call: Callable[[Any, Any], object], field: str, given: str
) -> None:
    with pytest.raises(WrongType) as caught:
        call(village, li)
    assert (caught.value.field, caught.value.given) == (field, given)
    assert "of the type" in str(caught.value)


#: What the operations ask for beside a day; whatever else they ask for is the text ``x``.
SAID = {
    "count": 3,
    "first": DAY,
    "last": DAY,
    "after_last": DAY,
    "starts_on": DAY,
    "first_day": DAY,
    "ends_on": DAY,
    "until": DAY,
    "day": DAY,
    "pattern": "FREQ=DAILY",
    "begins": "09:00",
    "ends": "10:00",
    "places": 3,
    "money": Decimal(5),
    "kind": "training",
    "listed": (),
}


def doors(village: Community) -> Iterator[tuple[Callable[..., object], str]]:
    """Every operation of every room that takes a day, and what it calls it."""
    for room in ROOMS:
        operations = getattr(village, room)
        for name in dir(operations):
            if name.startswith("_") or not callable(operation := getattr(operations, name)):
                continue
            for parameter in inspect.signature(operation).parameters.values():
                if parameter.annotation in ("date", "date | None"):
                    yield operation, parameter.name


@pytest.mark.parametrize("given", ["2026-03-01", NOON, 20260301], ids=["text", "instant", "number"])
def test_what_is_no_day_is_refused_at_every_door(village: Community, li: Member, given: object) -> None:
    """By its name, or the caller is told first what else is wrong."""
    said = {**SAID, "member_id": li.id, "unit": "points"}
    asked = 0
    for operation, name in doors(village):
        needed = inspect.signature(operation).parameters.values()
        arguments = {p.name: said.get(p.name, "x") for p in needed if p.default is p.empty} | {name: given}
        with pytest.raises(GridpointsError) as caught:
            operation(**arguments)
        if isinstance(caught.value, WrongType) and caught.value.field == name:
            asked += 1
    assert asked > 30


def test_whole_numbers_and_lists_are_as_good(village: Community, li: Member) -> None:
    report = Report("d", li.id, "care", DAY, 2, evidence=["a.jpg"])  # type: ignore[arg-type]
    assert (report.quantity, report.evidence) == (Decimal(2), ("a.jpg",))
    assert village.awards.credit(report).awarded == 20
    assert village.awards.credit(report).evidence == ("a.jpg",)
    assert Actor("wang", ["clerk"]).roles == frozenset({"clerk"})


@pytest.mark.parametrize("url", [None, Path("village.db"), "village.db", 7])
def test_what_is_no_store(url: Any) -> None:
    with pytest.raises(UnknownStore):
        gridpoints.open(url)
