"""What is made in a short way is the same as what is made in the long one."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import attrs
import pytest

from gridpoints.awards.model import Award, Report
from gridpoints.errors import WrongType
from gridpoints.ledger.model import Account, Leg, Transaction
from gridpoints.records import maker
from gridpoints.testing.contract.examples import examples
from gridpoints.values import Unit


def test_each_record_is_made_as_its_class_makes_it() -> None:
    for record in examples("c1"):
        kind: type[Any] = type(record)
        made = maker(kind)(*(getattr(record, a.name) for a in attrs.fields(kind) if a.init))
        assert type(made) is kind
        assert made == record
        assert repr(made) == repr(record)
        with pytest.raises(attrs.exceptions.FrozenInstanceError):
            made.id = "other"


def test_what_is_left_out_has_its_default() -> None:
    assert maker(Report)("r1", "m1", "mediate", date(2026, 3, 1)) == Report(
        id="r1", member_id="m1", deed="mediate", day=date(2026, 3, 1)
    )


def test_fields_are_converted_and_checked() -> None:
    leg = Leg(Account.member("m1", "points"), 1)
    assert maker(Transaction)("t1", [leg]).legs == (leg,)
    made = maker(Report)("r1", "m1", "mediate", date(2026, 3, 1), 2)  # type: ignore[arg-type]
    assert made.quantity == Decimal(2)
    with pytest.raises(WrongType):
        maker(Report)("r1", "m1", "mediate", date(2026, 3, 1), 2.5)  # type: ignore[arg-type]


def test_a_class_with_what_follows_from_its_other_fields_makes_its_objects_itself() -> None:
    assert maker(Unit) is Unit
    assert maker(Award) is not Award
