"""Places that change, and who does what in them: kinds of grids, offices, teams, talents, files.

Frozen: what it says must not follow the tables of today. SQLite adds no column in the place where a
new table would have it, so there grids and households are made anew, while foreign keys wait for the
end of the transaction.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from gridpoints.storage.sql.migrations import parts

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
    parts.sqlite_statistics()


# --- grids and households -------------------------------------------------------------------------


def _more_of_places() -> None:
    _filled("grid", "kind", TEXT, "'grid'")
    op.add_column("gridpoints_grid", parts.text("feature", nullable=True))
    for table in ("grid", "household"):
        _filled(table, "status", TEXT, "'active'")
        _filled(table, "version", WHOLE, "1")
    parts.index("grid", "parent_id")


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
    parts.table(
        "grid",
        parts.text("id"),
        parts.text("name"),
        parts.text("parent_id", nullable=True),
        parts.text("kind"),
        parts.text("feature", nullable=True),
        *parts.state(),
        parts.refers("grid", "parent_id", "grid"),
    )
    parts.index("grid", "parent_id")
    parts.table(
        "household",
        parts.text("id"),
        parts.text("grid_id"),
        parts.text("label"),
        *parts.state(),
        parts.refers("household", "grid_id", "grid"),
    )
    parts.index("household", "grid_id")
    op.execute("INSERT INTO gridpoints_grid SELECT *, 'grid', NULL, 'active', 1 FROM former_grid")
    op.execute("INSERT INTO gridpoints_household SELECT *, 'active', 1 FROM former_household")
    for table in ("household", "grid"):
        op.execute(f"DROP TABLE former_{table}")


# --- what is new ----------------------------------------------------------------------------------


def _functional_units() -> None:
    parts.table(
        "term",
        parts.text("id"),
        parts.text("list"),
        parts.text("code"),
        parts.column("names", JSON),
        *parts.state(),
    )
    parts.index("term", "list", "code")
    parts.table(
        "overlay",
        parts.text("id"),
        parts.text("name"),
        parts.text("purpose"),
        parts.text("level", nullable=True),
        parts.text("parent_id", nullable=True),
        *parts.state(),
        parts.refers("overlay", "parent_id", "overlay"),
    )
    parts.table(
        "cover",
        parts.text("id"),
        parts.text("overlay_id"),
        parts.text("grid_id", nullable=True),
        parts.text("household_id", nullable=True),
        *parts.state(),
        parts.refers("cover", "overlay_id", "overlay"),
        parts.refers("cover", "grid_id", "grid"),
        parts.refers("cover", "household_id", "household"),
    )
    parts.index("cover", "overlay_id")


def _offices() -> None:
    parts.table(
        "partner",
        parts.text("id"),
        parts.text("name"),
        parts.text("sort"),
        parts.text("contact"),
        *parts.state(),
    )
    parts.table(
        "partnership_agreement",
        parts.text("id"),
        parts.text("partner_id"),
        parts.text("title"),
        parts.text("content"),
        parts.column("signed_on", DAY),
        parts.column("since", DAY),
        parts.column("until", DAY, nullable=True),
        *parts.state(),
        parts.refers("partnership_agreement", "partner_id", "partner"),
    )
    parts.index("partnership_agreement", "partner_id")
    parts.table(
        "office",
        parts.text("id"),
        parts.text("member_id"),
        parts.text("role"),
        parts.column("since", DAY),
        parts.column("until", DAY, nullable=True),
        parts.text("grid_id", nullable=True),
        parts.text("household_id", nullable=True),
        parts.text("overlay_id", nullable=True),
        parts.text("partner_id", nullable=True),
        parts.text("duty"),
        parts.text("contact"),
        parts.text("engagement"),
        *parts.state(),
        parts.refers("office", "member_id", "member"),
        parts.refers("office", "grid_id", "grid"),
        parts.refers("office", "household_id", "household"),
        parts.refers("office", "overlay_id", "overlay"),
        parts.refers("office", "partner_id", "partner"),
    )
    parts.index("office", "member_id")
    parts.index("office", "grid_id", "status")
    parts.index("office", "household_id")
    parts.index("office", "overlay_id")
    parts.table(
        "team",
        parts.text("id"),
        parts.text("name"),
        parts.text("purpose"),
        parts.text("field", nullable=True),
        parts.text("captain_id", nullable=True),
        parts.text("grid_id", nullable=True),
        parts.text("parent_id", nullable=True),
        *parts.state(),
        parts.refers("team", "captain_id", "member"),
        parts.refers("team", "grid_id", "grid"),
        parts.refers("team", "parent_id", "team"),
    )
    parts.table(
        "team_member",
        parts.text("id"),
        parts.text("team_id"),
        parts.text("member_id"),
        parts.text("duty"),
        parts.column("since", DAY),
        parts.column("until", DAY, nullable=True),
        *parts.state(),
        parts.refers("team_member", "team_id", "team"),
        parts.refers("team_member", "member_id", "member"),
    )
    parts.index("team_member", "team_id")
    parts.index("team_member", "member_id")


def _talents() -> None:
    parts.table(
        "talent",
        parts.text("id"),
        parts.text("member_id"),
        parts.column("hours", JSON),
        parts.text("note"),
        *parts.state(),
        parts.refers("talent", "member_id", "member"),
    )
    parts.table(
        "skill",
        parts.text("id"),
        parts.text("member_id"),
        parts.text("code"),
        *parts.state(),
        parts.refers("skill", "member_id", "member"),
    )
    parts.index("skill", "code", "status")
    parts.index("skill", "member_id")


def _what_is_shared() -> None:
    parts.table(
        "station",
        parts.text("id"),
        parts.text("name"),
        parts.text("grid_id"),
        parts.text("address"),
        parts.column("hours", JSON),
        parts.column("equipment", JSON),
        *parts.state(),
        parts.refers("station", "grid_id", "grid"),
    )
    parts.table(
        "shared_resource",
        parts.text("id"),
        parts.text("name"),
        parts.text("sort"),
        parts.text("grid_id", nullable=True),
        parts.text("station_id", nullable=True),
        parts.text("partner_id", nullable=True),
        parts.column("seats", WHOLE, nullable=True),
        parts.column("hours", JSON),
        *parts.state(),
        parts.refers("shared_resource", "grid_id", "grid"),
        parts.refers("shared_resource", "station_id", "station"),
        parts.refers("shared_resource", "partner_id", "partner"),
    )
    parts.table(
        "booking",
        parts.text("id"),
        parts.text("resource_id"),
        parts.text("booked_for"),
        parts.column("starts_at", INSTANT),
        parts.column("ends_at", INSTANT),
        *parts.state(),
        parts.refers("booking", "resource_id", "shared_resource"),
    )
    parts.index("booking", "resource_id", "status", "ends_at")


def _people() -> None:
    parts.table(
        "classification",
        parts.text("id"),
        parts.text("member_id"),
        parts.text("type"),
        parts.text("managed"),
        *parts.state(),
        parts.refers("classification", "member_id", "member"),
    )
    parts.index("classification", "type")
    parts.table(
        "dual_check_in",
        parts.text("id"),
        parts.text("member_id"),
        parts.text("partner_id", nullable=True),
        parts.column("partner_on", DAY, nullable=True),
        parts.text("grid_id", nullable=True),
        parts.column("grid_on", DAY, nullable=True),
        *parts.state(),
        parts.refers("dual_check_in", "member_id", "member"),
        parts.refers("dual_check_in", "partner_id", "partner"),
        parts.refers("dual_check_in", "grid_id", "grid"),
    )
    parts.index("dual_check_in", "status")
    parts.table(
        "colour_card",
        parts.text("id"),
        parts.text("member_id"),
        parts.text("colour"),
        parts.text("text"),
        parts.column("day", DAY),
        *parts.state(),
        parts.refers("colour_card", "member_id", "member"),
    )
    parts.index("colour_card", "member_id")


def _household_files() -> None:
    parts.table(
        "household_file",
        parts.text("id"),
        parts.text("household_id"),
        *parts.state(),
        parts.refers("household_file", "household_id", "household"),
    )
    parts.table(
        "file_entry",
        parts.text("id"),
        parts.text("household_id"),
        parts.column("flags", JSON),
        parts.text("note"),
        parts.text("written_by"),
        parts.column("written_at", INSTANT),
        parts.column("outside", JSON),
        parts.refers("file_entry", "household_id", "household"),
    )
    parts.index("file_entry", "household_id", "written_at")
    parts.table(
        "file_reading",
        parts.text("id"),
        parts.text("household_id"),
        parts.text("reader"),
        parts.column("read_at", INSTANT),
        parts.text("reason"),
        parts.refers("file_reading", "household_id", "household"),
    )
    parts.index("file_reading", "household_id", "read_at")
