"""Wishes with numbers, parts and rounds; what is personal in them; bounties, contact, thanks.

Frozen: what it says must not follow the tables of today. Nothing refers to the wishes of before: their
table is made anew. Their texts were public where they were published, and become particulars as well.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0014"
down_revision = "0013"

TEXT = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
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
    _sqlite_statistics()


def _terms_and_rounds() -> None:
    _table(
        "wish_terms",
        _text("id"),
        _text("value_limit", nullable=True),
        _text("currency"),
        _column("contact_days", WHOLE),
        _column("delivery_days", WHOLE),
        _column("thanks_days", WHOLE),
        _column("required", JSON),
        _text("own"),
        _column("most_held", WHOLE, nullable=True),
        _column("roles", JSON),
        *_state(),
    )
    _table(
        "wish_round",
        _text("id"),
        _text("name"),
        _column("opens_at", INSTANT),
        _column("closes_at", INSTANT),
        *_state(),
    )
    _index("wish_round", "status", "opens_at")
    _index("wish_round", "closes_at")


def _wishes_anew() -> None:
    op.execute("CREATE TEMPORARY TABLE former_wish AS SELECT * FROM gridpoints_wish")
    op.execute("DROP TABLE gridpoints_wish")
    _table(
        "wish",
        _text("id"),
        _text("beneficiary_id"),
        _text("text"),
        _text("deed"),
        _column("made_at", INSTANT),
        _text("made_by"),
        _text("voice"),
        _text("number", nullable=True),
        _column("published_at", INSTANT, nullable=True),
        _column("parts", WHOLE),
        _text("value", nullable=True),
        _text("round_id", nullable=True),
        _column("priority", WHOLE),
        _text("adopted_by", nullable=True),
        _text("adopted_claim_id", nullable=True),
        _column("granted", WHOLE),
        _column("due_at", INSTANT, nullable=True),
        *_state(),
        _refers("wish", "beneficiary_id", "member"),
        _refers("wish", "round_id", "wish_round"),
        sa.UniqueConstraint("community_id", "number", name="uq_gridpoints_wish_number"),
    )
    _index("wish", "status", "made_at")
    _index("wish", "round_id", "status")
    _index("wish", "due_at")
    _table(
        "particulars",
        _text("id"),
        _text("wish_id"),
        _text("told"),
        _text("area", nullable=True),
        _text("address", nullable=True),
        _text("contact", nullable=True),
        *_state(),
        _refers("particulars", "wish_id", "wish"),
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
    _table(
        "screening",
        _text("id"),
        _text("wish_id"),
        _column("at", INSTANT),
        _text("by"),
        _text("text"),
        _text("need", nullable=True),
        _text("consent", nullable=True),
        _text("value", nullable=True),
        _column("leftovers", JSON),
        _text("despite", nullable=True),
        _refers("screening", "wish_id", "wish"),
    )
    _index("screening", "wish_id", "at")


def _gifts() -> None:
    _table(
        "contact",
        _text("id"),
        _text("claim_id"),
        _text("wish_id"),
        _column("at", INSTANT),
        _text("noted_by"),
        _text("note", nullable=True),
        _refers("contact", "claim_id", "claim"),
        _refers("contact", "wish_id", "wish"),
    )
    _table(
        "disclosure",
        _text("id"),
        _text("wish_id"),
        _text("claim_id", nullable=True),
        _text("detail"),
        _text("shown_to"),
        _column("at", INSTANT),
        _refers("disclosure", "wish_id", "wish"),
        _refers("disclosure", "claim_id", "claim"),
    )
    _index("disclosure", "wish_id", "at")
    _table(
        "bounty",
        _text("id"),
        _text("wish_id"),
        _text("member_id"),
        _text("unit"),
        _column("amount", AMOUNT),
        _column("put_up_at", INSTANT),
        _column("until", INSTANT),
        _column("paid", AMOUNT),
        *_state(),
        _refers("bounty", "wish_id", "wish"),
        _refers("bounty", "member_id", "member"),
    )
    _index("bounty", "wish_id", "status")
    _index("bounty", "status", "until")
    _table(
        "thanks",
        _text("id"),
        _text("claim_id"),
        _text("wish_id"),
        _text("member_id"),
        _text("text"),
        _text("written_by"),
        _column("written_at", INSTANT),
        *_state(),
        _refers("thanks", "claim_id", "claim"),
        _refers("thanks", "wish_id", "wish"),
        _refers("thanks", "member_id", "member"),
    )
    _index("thanks", "member_id", "status")
    _index("thanks", "status", "written_at")


def _sqlite_statistics() -> None:
    """The same for the new tables as 0002 says of the first: an index finds few rows."""
    connection = op.get_bind()
    if connection.dialect.name != "sqlite":
        return
    found = connection.execute(
        sa.text(
            'SELECT t.name, i.name, i."unique", (SELECT COUNT(*) FROM pragma_index_info(i.name))'
            " FROM sqlite_master t, pragma_index_list(t.name) i"
            " WHERE t.type = 'table' AND t.name LIKE 'gridpoints\\_%' ESCAPE '\\'"
            " AND t.sql NOT LIKE '%WITHOUT ROWID%' AND t.name <> 'gridpoints_version'"
            " AND i.name NOT IN (SELECT idx FROM sqlite_stat1 WHERE idx IS NOT NULL)"
        )
    )
    for table, index, unique, columns in found.all():
        figures = ["100000", "100000", *["10"] * (columns - 1)]
        if unique:
            figures[-1] = "1"
        connection.execute(
            sa.text("INSERT INTO sqlite_stat1 VALUES (:table, :index, :figures)"),
            {"table": table, "index": index, "figures": " ".join(figures)},
        )


# --- the parts they are made of -------------------------------------------------------------------


def _table(name: str, *parts: sa.schema.SchemaItem) -> None:
    op.create_table(
        f"gridpoints_{name}",
        _text("community_id"),
        *parts,
        sa.PrimaryKeyConstraint("community_id", "id", name=f"pk_gridpoints_{name}"),
        sqlite_with_rowid=True,
    )
    if op.get_bind().dialect.name == "postgresql":
        # As in 0002: statistics of communities would say that one founded since has no rows.
        op.execute(f"ALTER TABLE gridpoints_{name} ALTER COLUMN community_id SET STATISTICS 0")


def _column(name: str, type: sa.types.TypeEngine[Any], *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, type, nullable=nullable)


def _text(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, TEXT, nullable=nullable)


def _state() -> tuple[sa.Column[Any], sa.Column[Any]]:
    return _text("status"), _column("version", WHOLE)


def _refers(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["community_id", column],
        [f"gridpoints_{target}.community_id", f"gridpoints_{target}.id"],
        name=f"fk_gridpoints_{table}_{column}",
    )


def _index(table: str, *columns: str) -> None:
    op.create_index(f"ix_gridpoints_{table}_{columns[0]}", f"gridpoints_{table}", ["community_id", *columns])
