"""Statements to the last digit: portions by agreement, fees, what is carried over; adjustments; the fund.

Frozen: what it says must not follow the tables of today. Statements are made anew: the columns that are
new stand among the others.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from gridpoints.storage.sql.migrations import parts

revision = "0008"
down_revision = "0007"

INSTANT = sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
AMOUNT = sa.BigInteger()

#: In the order in which they stood.
_FORMER = (
    "community_id, id, merchant_id, unit, after_sequence, until_sequence, until, redemptions, opening,"
    " points, rate, money, currency, drawn_up_at, drawn_up_by"
)
_STATE = "approved_by, payment_reference, status, version"


def upgrade() -> None:
    """Add the table, and make statements anew."""
    op.execute("CREATE TEMPORARY TABLE former_settlement AS SELECT * FROM gridpoints_settlement")
    op.execute("DROP TABLE gridpoints_settlement")
    _statements()
    op.execute(
        f"INSERT INTO gridpoints_settlement ({_FORMER}, refunded, portions, brought, gross, fees,"  # noqa: S608
        f" adjustments, carried, {_STATE}) SELECT {_FORMER}, 0, '[]', '0', money, '0', '0',"
        f" '0', {_STATE} FROM former_settlement"
    )
    op.execute("DROP TABLE former_settlement")
    _adjustments()
    parts.sqlite_statistics()


def _statements() -> None:
    parts.table(
        "settlement",
        parts.text("id"),
        parts.text("merchant_id"),
        parts.text("unit"),
        parts.column("after_sequence", AMOUNT),
        parts.column("until_sequence", AMOUNT),
        parts.column("until", INSTANT),
        parts.column("redemptions", AMOUNT),
        parts.column("opening", AMOUNT),
        parts.column("points", AMOUNT),
        parts.text("rate"),
        parts.text("money"),
        parts.text("currency"),
        parts.column("drawn_up_at", INSTANT),
        parts.text("drawn_up_by"),
        parts.column("refunded", AMOUNT),
        parts.column("portions", JSON),
        parts.text("brought"),
        parts.text("gross"),
        parts.text("fees"),
        parts.text("adjustments"),
        parts.text("carried"),
        parts.text("approved_by", nullable=True),
        parts.text("payment_reference", nullable=True),
        *parts.state(),
        parts.refers("settlement", "merchant_id", "merchant"),
    )
    parts.index("settlement", "merchant_id", "until_sequence")


def _adjustments() -> None:
    parts.table(
        "adjustment",
        parts.text("id"),
        parts.text("merchant_id"),
        parts.text("money"),
        parts.text("currency"),
        parts.text("reason"),
        parts.column("made_at", INSTANT),
        parts.text("made_by"),
        parts.text("settlement_id", nullable=True),
        *parts.state(),
        parts.refers("adjustment", "merchant_id", "merchant"),
        parts.refers("adjustment", "settlement_id", "settlement"),
    )
    parts.index("adjustment", "merchant_id", "status")
    parts.index("adjustment", "settlement_id")
    parts.table(
        "deposit",
        parts.text("id"),
        parts.text("money"),
        parts.text("currency"),
        parts.text("source"),
        parts.column("day", sa.Date()),
        parts.column("made_at", INSTANT),
        parts.text("made_by"),
    )
    parts.index("deposit", "currency", "day")
