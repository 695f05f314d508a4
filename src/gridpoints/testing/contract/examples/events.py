"""Lines of the journal of changes."""

from __future__ import annotations

from decimal import Decimal

from gridpoints.community.model import (
    MemberStatus,
)
from gridpoints.records import Change, Record
from gridpoints.testing.contract.edges import BEFORE_1970, MOMENT, TEXT


def records() -> list[Record]:
    """Each after those it refers to."""
    return [
        Change(
            id="change",
            kind="member",
            subject="李秀英@1",
            version=2,
            at=MOMENT,
            actor="clerk",
            status="left",
            before={
                "name": TEXT,
                "household_id": None,
                "enrolled_at": BEFORE_1970,
                "status": MemberStatus.ACTIVE,
                "hours": Decimal("1.50"),
                "stock": 0,
            },
            reason=TEXT,
        ),
        Change("change-2", "grid", "grid.1", 1, BEFORE_1970, "system", None),
    ]
