"""Places that change, and who does what in them: kinds of grids, offices, teams, talents, files.

Frozen: what it says must not follow the tables of today. SQLite adds no column in the place where a
new table would have it, so there grids and households are made anew, while foreign keys wait for the
end of the transaction.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0010"

TEXT = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
INSTANT = sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
DAY = sa.Date()
WHOLE = sa.Integer()


def upgrade() -> None:
    """Add the columns and the tables."""
    if op.get_bind().dialect.name == "sqlite":
        _places_anew()
    else:
        _more_of_places()
    _functional_units()
    _offices()
    _talents()
    _what_is_shared()
    _people()
    _household_files()
    _sqlite_statistics()


# --- grids and households -------------------------------------------------------------------------


def _more_of_places() -> None:
    _filled("grid", "kind", TEXT, "'grid'")
    op.add_column("gridpoints_grid", _text("feature", nullable=True))
    for table in ("grid", "household"):
        _filled(table, "status", TEXT, "'active'")
        _filled(table, "version", WHOLE, "1")
    _index("grid", "parent_id")


def _filled(table: str, column: str, type: sa.types.TypeEngine[Any], value: str) -> None:
    op.add_column(
        f"gridpoints_{table}", sa.Column(column, type, nullable=False, server_default=sa.text(value))
    )
    op.alter_column(f"gridpoints_{table}", column, server_default=None)


def _places_anew() -> None:
    op.execute("PRAGMA defer_foreign_keys = ON")
    for table in ("household", "grid"):
        op.execute(f"CREATE TEMPORARY TABLE former_{table} AS SELECT * FROM gridpoints_{table}")  # noqa: S608
        op.execute(f"DROP TABLE gridpoints_{table}")
    _table(
        "grid",
        _text("id"),
        _text("name"),
        _text("parent_id", nullable=True),
        _text("kind"),
        _text("feature", nullable=True),
        *_state(),
        _refers("grid", "parent_id", "grid"),
    )
    _index("grid", "parent_id")
    _table(
        "household",
        _text("id"),
        _text("grid_id"),
        _text("label"),
        *_state(),
        _refers("household", "grid_id", "grid"),
    )
    _index("household", "grid_id")
    op.execute("INSERT INTO gridpoints_grid SELECT *, 'grid', NULL, 'active', 1 FROM former_grid")
    op.execute("INSERT INTO gridpoints_household SELECT *, 'active', 1 FROM former_household")
    for table in ("household", "grid"):
        op.execute(f"DROP TABLE former_{table}")


# --- what is new ----------------------------------------------------------------------------------


def _functional_units() -> None:
    _table(
        "term",
        _text("id"),
        _text("list"),
        _text("code"),
        _column("names", JSON),
        *_state(),
    )
    _index("term", "list", "code")
    _table(
        "overlay",
        _text("id"),
        _text("name"),
        _text("purpose"),
        _text("level", nullable=True),
        _text("parent_id", nullable=True),
        *_state(),
        _refers("overlay", "parent_id", "overlay"),
    )
    _table(
        "cover",
        _text("id"),
        _text("overlay_id"),
        _text("grid_id", nullable=True),
        _text("household_id", nullable=True),
        *_state(),
        _refers("cover", "overlay_id", "overlay"),
        _refers("cover", "grid_id", "grid"),
        _refers("cover", "household_id", "household"),
    )
    _index("cover", "overlay_id")


def _offices() -> None:
    _table(
        "partner",
        _text("id"),
        _text("name"),
        _text("sort"),
        _text("contact"),
        *_state(),
    )
    _table(
        "partnership_agreement",
        _text("id"),
        _text("partner_id"),
        _text("title"),
        _text("content"),
        _column("signed_on", DAY),
        _column("since", DAY),
        _column("until", DAY, nullable=True),
        *_state(),
        _refers("partnership_agreement", "partner_id", "partner"),
    )
    _index("partnership_agreement", "partner_id")
    _table(
        "office",
        _text("id"),
        _text("member_id"),
        _text("role"),
        _column("since", DAY),
        _column("until", DAY, nullable=True),
        _text("grid_id", nullable=True),
        _text("household_id", nullable=True),
        _text("overlay_id", nullable=True),
        _text("partner_id", nullable=True),
        _text("duty"),
        _text("contact"),
        _text("engagement"),
        *_state(),
        _refers("office", "member_id", "member"),
        _refers("office", "grid_id", "grid"),
        _refers("office", "household_id", "household"),
        _refers("office", "overlay_id", "overlay"),
        _refers("office", "partner_id", "partner"),
    )
    _index("office", "member_id")
    _index("office", "grid_id", "status")
    _index("office", "household_id")
    _index("office", "overlay_id")
    _table(
        "team",
        _text("id"),
        _text("name"),
        _text("purpose"),
        _text("field", nullable=True),
        _text("captain_id", nullable=True),
        _text("grid_id", nullable=True),
        _text("parent_id", nullable=True),
        *_state(),
        _refers("team", "captain_id", "member"),
        _refers("team", "grid_id", "grid"),
        _refers("team", "parent_id", "team"),
    )
    _table(
        "team_member",
        _text("id"),
        _text("team_id"),
        _text("member_id"),
        _text("duty"),
        _column("since", DAY),
        _column("until", DAY, nullable=True),
        *_state(),
        _refers("team_member", "team_id", "team"),
        _refers("team_member", "member_id", "member"),
    )
    _index("team_member", "team_id")
    _index("team_member", "member_id")


def _talents() -> None:
    _table(
        "talent",
        _text("id"),
        _text("member_id"),
        _column("hours", JSON),
        _text("note"),
        *_state(),
        _refers("talent", "member_id", "member"),
    )
    _table(
        "skill",
        _text("id"),
        _text("member_id"),
        _text("code"),
        *_state(),
        _refers("skill", "member_id", "member"),
    )
    _index("skill", "code", "status")
    _index("skill", "member_id")


def _what_is_shared() -> None:
    _table(
        "station",
        _text("id"),
        _text("name"),
        _text("grid_id"),
        _text("address"),
        _column("hours", JSON),
        _column("equipment", JSON),
        *_state(),
        _refers("station", "grid_id", "grid"),
    )
    _table(
        "shared_resource",
        _text("id"),
        _text("name"),
        _text("sort"),
        _text("grid_id", nullable=True),
        _text("station_id", nullable=True),
        _text("partner_id", nullable=True),
        _column("seats", WHOLE, nullable=True),
        _column("hours", JSON),
        *_state(),
        _refers("shared_resource", "grid_id", "grid"),
        _refers("shared_resource", "station_id", "station"),
        _refers("shared_resource", "partner_id", "partner"),
    )
    _table(
        "booking",
        _text("id"),
        _text("resource_id"),
        _text("booked_for"),
        _column("starts_at", INSTANT),
        _column("ends_at", INSTANT),
        *_state(),
        _refers("booking", "resource_id", "shared_resource"),
    )
    _index("booking", "resource_id", "status", "ends_at")


def _people() -> None:
    _table(
        "classification",
        _text("id"),
        _text("member_id"),
        _text("type"),
        _text("managed"),
        *_state(),
        _refers("classification", "member_id", "member"),
    )
    _index("classification", "type")
    _table(
        "dual_check_in",
        _text("id"),
        _text("member_id"),
        _text("partner_id", nullable=True),
        _column("partner_on", DAY, nullable=True),
        _text("grid_id", nullable=True),
        _column("grid_on", DAY, nullable=True),
        *_state(),
        _refers("dual_check_in", "member_id", "member"),
        _refers("dual_check_in", "partner_id", "partner"),
        _refers("dual_check_in", "grid_id", "grid"),
    )
    _index("dual_check_in", "status")
    _table(
        "colour_card",
        _text("id"),
        _text("member_id"),
        _text("colour"),
        _text("text"),
        _column("day", DAY),
        *_state(),
        _refers("colour_card", "member_id", "member"),
    )
    _index("colour_card", "member_id")


def _household_files() -> None:
    _table(
        "household_file",
        _text("id"),
        _text("household_id"),
        *_state(),
        _refers("household_file", "household_id", "household"),
    )
    _table(
        "file_entry",
        _text("id"),
        _text("household_id"),
        _column("flags", JSON),
        _text("note"),
        _text("written_by"),
        _column("written_at", INSTANT),
        _column("outside", JSON),
        _refers("file_entry", "household_id", "household"),
    )
    _index("file_entry", "household_id", "written_at")
    _table(
        "file_reading",
        _text("id"),
        _text("household_id"),
        _text("reader"),
        _column("read_at", INSTANT),
        _text("reason"),
        _refers("file_reading", "household_id", "household"),
    )
    _index("file_reading", "household_id", "read_at")


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
