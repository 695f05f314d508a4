"""Wishes with numbers, parts and rounds; what is personal in them; bounties, contact, thanks.

Frozen: what it says must not follow the tables of today. Nothing refers to the wishes of before: their
table is made anew. Their texts were public where they were published, and become particulars as well.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from gridpoints.storage.sql.migrations import parts

revision = "0014"
down_revision = "0013"

INSTANT = sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
WHOLE = sa.Integer()
AMOUNT = sa.BigInteger()


def upgrade() -> None:
    """Make the wishes anew, and add the tables around them."""
    _terms_and_rounds()
    _wishes_anew()
    _screenings()
    _gifts()
    parts.sqlite_statistics()


def _terms_and_rounds() -> None:
    parts.table(
        "wish_terms",
        parts.text("id"),
        parts.text("value_limit", nullable=True),
        parts.text("currency"),
        parts.column("contact_days", WHOLE),
        parts.column("delivery_days", WHOLE),
        parts.column("thanks_days", WHOLE),
        parts.column("required", JSON),
        parts.text("own"),
        parts.column("most_held", WHOLE, nullable=True),
        parts.column("roles", JSON),
        *parts.state(),
    )
    parts.table(
        "wish_round",
        parts.text("id"),
        parts.text("name"),
        parts.column("opens_at", INSTANT),
        parts.column("closes_at", INSTANT),
        *parts.state(),
    )
    parts.index("wish_round", "status", "opens_at")
    parts.index("wish_round", "closes_at")


def _wishes_anew() -> None:
    op.execute("CREATE TEMPORARY TABLE former_wish AS SELECT * FROM gridpoints_wish")
    op.execute("DROP TABLE gridpoints_wish")
    parts.table(
        "wish",
        parts.text("id"),
        parts.text("beneficiary_id"),
        parts.text("text"),
        parts.text("deed"),
        parts.column("made_at", INSTANT),
        parts.text("made_by"),
        parts.text("voice"),
        parts.text("number", nullable=True),
        parts.column("published_at", INSTANT, nullable=True),
        parts.column("parts", WHOLE),
        parts.text("value", nullable=True),
        parts.text("round_id", nullable=True),
        parts.column("priority", WHOLE),
        parts.text("adopted_by", nullable=True),
        parts.text("adopted_claim_id", nullable=True),
        parts.column("granted", WHOLE),
        parts.column("due_at", INSTANT, nullable=True),
        *parts.state(),
        parts.refers("wish", "beneficiary_id", "member"),
        parts.refers("wish", "round_id", "wish_round"),
        sa.UniqueConstraint("community_id", "number", name="uq_gridpoints_wish_number"),
    )
    parts.index("wish", "status", "made_at")
    parts.index("wish", "round_id", "status")
    parts.index("wish", "due_at")
    parts.table(
        "particulars",
        parts.text("id"),
        parts.text("wish_id"),
        parts.text("told"),
        parts.text("area", nullable=True),
        parts.text("address", nullable=True),
        parts.text("contact", nullable=True),
        *parts.state(),
        parts.refers("particulars", "wish_id", "wish"),
    )
    # A lease is looked after by the clock: that of the claim that holds the wish.
    op.execute(
        "INSERT INTO gridpoints_wish SELECT w.community_id, w.id, w.beneficiary_id,"
        " CASE WHEN w.status IN ('draft', 'rejected') THEN '' ELSE w.text END, w.deed, w.made_at,"
        " w.beneficiary_id, 'resident', NULL,"
        " CASE WHEN w.status IN ('draft', 'rejected') THEN NULL ELSE w.made_at END,"
        " 1, NULL, NULL, 0, NULL, NULL, CASE WHEN w.status = 'fulfilled' THEN 1 ELSE 0 END,"
        " CASE WHEN w.status = 'claimed' THEN (SELECT MIN(c.lease_until) FROM gridpoints_claim c"
        " WHERE c.community_id = w.community_id AND c.target_id = w.id AND c.target = 'wish'"
        " AND c.status = 'confirmed') END, w.status, w.version FROM former_wish w"
    )
    op.execute(
        "INSERT INTO gridpoints_particulars"
        " SELECT community_id, id, id, text, NULL, NULL, NULL, 'kept', 1 FROM former_wish"
    )
    op.execute("DROP TABLE former_wish")


def _screenings() -> None:
    parts.table(
        "screening",
        parts.text("id"),
        parts.text("wish_id"),
        parts.column("at", INSTANT),
        parts.text("by"),
        parts.text("text"),
        parts.text("need", nullable=True),
        parts.text("consent", nullable=True),
        parts.text("value", nullable=True),
        parts.column("leftovers", JSON),
        parts.text("despite", nullable=True),
        parts.refers("screening", "wish_id", "wish"),
    )
    parts.index("screening", "wish_id", "at")


def _gifts() -> None:
    parts.table(
        "contact",
        parts.text("id"),
        parts.text("claim_id"),
        parts.text("wish_id"),
        parts.column("at", INSTANT),
        parts.text("noted_by"),
        parts.text("note", nullable=True),
        parts.refers("contact", "claim_id", "claim"),
        parts.refers("contact", "wish_id", "wish"),
    )
    parts.table(
        "disclosure",
        parts.text("id"),
        parts.text("wish_id"),
        parts.text("claim_id", nullable=True),
        parts.text("detail"),
        parts.text("shown_to"),
        parts.column("at", INSTANT),
        parts.refers("disclosure", "wish_id", "wish"),
        parts.refers("disclosure", "claim_id", "claim"),
    )
    parts.index("disclosure", "wish_id", "at")
    parts.table(
        "bounty",
        parts.text("id"),
        parts.text("wish_id"),
        parts.text("member_id"),
        parts.text("unit"),
        parts.column("amount", AMOUNT),
        parts.column("put_up_at", INSTANT),
        parts.column("until", INSTANT),
        parts.column("paid", AMOUNT),
        *parts.state(),
        parts.refers("bounty", "wish_id", "wish"),
        parts.refers("bounty", "member_id", "member"),
    )
    parts.index("bounty", "wish_id", "status")
    parts.index("bounty", "status", "until")
    parts.table(
        "thanks",
        parts.text("id"),
        parts.text("claim_id"),
        parts.text("wish_id"),
        parts.text("member_id"),
        parts.text("text"),
        parts.text("written_by"),
        parts.column("written_at", INSTANT),
        *parts.state(),
        parts.refers("thanks", "claim_id", "claim"),
        parts.refers("thanks", "wish_id", "wish"),
        parts.refers("thanks", "member_id", "member"),
    )
    parts.index("thanks", "member_id", "status")
    parts.index("thanks", "status", "written_at")
