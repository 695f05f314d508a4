"""All that a community can offer: items with what they ask, series, posts, errands, tasks, loans, an index.

Frozen: what it says must not follow the tables of today. SQLite keeps the statement that made a table,
so there the items and their sessions, which are older, are made anew.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0012"
down_revision = "0011"

TEXT = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
INSTANT = sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
DAY = sa.Date()
WHOLE = sa.Integer()
FLAG = sa.Boolean()
BYTES = sa.LargeBinary()


def upgrade() -> None:
    """Add the columns and the tables."""
    sqlite = op.get_bind().dialect.name == "sqlite"
    if sqlite:
        for table in ("session", "service_item"):  # nothing refers to the first, then nothing to the second
            op.execute(f"CREATE TEMPORARY TABLE former_{table} AS SELECT * FROM gridpoints_{table}")  # noqa: S608
            op.execute(f"DROP TABLE gridpoints_{table}")
    _table("category", _text("id"), _text("name"), _column("names", JSON), _column("position", WHOLE))
    if sqlite:
        _items_anew()
    else:
        _add("service_item", *_more_of_items())
        op.create_foreign_key(*_foreign("service_item", "category", "category"))
    _index("service_item", "status", "name")
    _recurring()
    if sqlite:
        _sessions_anew()
    else:
        _add("session", *_more_of_sessions())
        op.create_foreign_key(*_foreign("session", "series_id", "series"))
    _index("session", "series_id", "occurrence")
    _index("session", "starts_at")
    _standing()
    _tasks()
    _things()
    _found()
    _sqlite_statistics()


# --- items and sessions ---------------------------------------------------------------------------


def _more_of_items() -> tuple[sa.Column[Any], ...]:
    return (
        _column("names", JSON, former="'{}'"),
        _column("descriptions", JSON, former="'{}'"),
        _text("category", nullable=True),
        _column("modes", JSON, former="'[]'"),
        _column("skills", JSON, former="'[]'"),
        _column("minimum_age", WHOLE, nullable=True),
        _column("mandate", FLAG, former="false"),
        _column("consent", FLAG, former="false"),
        _column("risk", JSON, former="'{}'"),
        _text("place", former="''"),
    )


def _more_of_sessions() -> tuple[sa.Column[Any], ...]:
    return (
        _column("minimum", WHOLE, former="0"),
        _column("desired", WHOLE, nullable=True),
        _text("place", former="''"),
        _text("series_id", nullable=True),
        _column("occurrence", DAY, nullable=True),
    )


def _items_anew() -> None:
    _table(
        "service_item",
        _text("id"),
        _text("name"),
        _text("deed"),
        _text("description"),
        *_state(),
        *map(_plain, _more_of_items()),
        _refers("service_item", "category", "category"),
    )
    op.execute(
        "INSERT INTO gridpoints_service_item"
        " SELECT *, '{}', '{}', NULL, '[]', '[]', NULL, 0, 0, '{}', '' FROM former_service_item"
    )
    op.execute("DROP TABLE former_service_item")


def _sessions_anew() -> None:
    _table(
        "session",
        _text("id"),
        _text("item_id"),
        _column("starts_at", INSTANT),
        _column("ends_at", INSTANT),
        _column("places", WHOLE),
        *_state(),
        *map(_plain, _more_of_sessions()),
        _refers("session", "item_id", "service_item"),
        _refers("session", "series_id", "series"),
    )
    _index("session", "item_id", "starts_at")
    op.execute("INSERT INTO gridpoints_session SELECT *, 0, NULL, '', NULL, NULL FROM former_session")
    op.execute("DROP TABLE former_session")


# --- what is new ----------------------------------------------------------------------------------


def _recurring() -> None:
    _table("calendar_day", _text("id"), _text("name"), *_state())
    _table(
        "series",
        _text("id"),
        _text("item_id"),
        _text("pattern"),
        _column("first_day", DAY),
        _text("begins"),
        _text("ends"),
        _column("places", WHOLE),
        _column("minimum", WHOLE),
        _column("desired", WHOLE, nullable=True),
        _column("decide_hours", WHOLE),
        _text("place"),
        _text("on_holiday"),
        _column("last_day", DAY, nullable=True),
        _column("announced_until", DAY),
        *_state(),
        _refers("series", "item_id", "service_item"),
    )
    _index("series", "item_id")
    _index("series", "status", "announced_until")


def _standing() -> None:
    _table(
        "quorum",
        _text("id"),
        _text("session_id"),
        _column("due_at", INSTANT),
        _column("taken", WHOLE, nullable=True),
        *_state(),
        _refers("quorum", "session_id", "session"),
    )
    _index("quorum", "status", "due_at")
    _table(
        "post",
        _text("id"),
        _text("item_id"),
        _text("name"),
        _column("starts_on", DAY),
        _column("places", WHOLE),
        _text("duties"),
        _column("names", JSON),
        _column("ends_on", DAY, nullable=True),
        _text("place"),
        _text("defined_by"),
        *_state(),
        _refers("post", "item_id", "service_item"),
    )
    _index("post", "status", "ends_on")
    _index("post", "item_id", "status")
    _table(
        "errand",
        _text("id"),
        _text("item_id"),
        _text("member_id"),
        _text("mode"),
        _text("text"),
        _column("asked_at", INSTANT),
        _text("asked_by"),
        _text("from_place"),
        _text("to_place"),
        _text("mandate"),
        _text("place"),
        _column("starts_at", INSTANT, nullable=True),
        _column("ends_at", INSTANT, nullable=True),
        *_state(),
        _refers("errand", "item_id", "service_item"),
        _refers("errand", "member_id", "member"),
    )
    _index("errand", "status", "asked_at")
    _index("errand", "member_id", "asked_at")
    _index("errand", "item_id", "status")


def _tasks() -> None:
    _table(
        "task_list",
        _text("id"),
        _text("name"),
        _column("starts_on", DAY),
        _column("ends_on", DAY),
        _column("names", JSON),
        *_state(),
    )
    _index("task_list", "status", "ends_on")
    _table(
        "task",
        _text("id"),
        _text("list_id"),
        _text("item_id"),
        _text("name"),
        _column("places", WHOLE),
        _text("description"),
        _column("names", JSON),
        _text("place"),
        _text("carried_from", nullable=True),
        _column("left", WHOLE, nullable=True),
        *_state(),
        _refers("task", "list_id", "task_list"),
        _refers("task", "item_id", "service_item"),
        _refers("task", "carried_from", "task"),
    )
    _index("task", "list_id", "status")
    _index("task", "carried_from")
    _index("task", "item_id", "status")


def _things() -> None:
    _table(
        "thing",
        _text("id"),
        _text("name"),
        _column("stock", WHOLE),
        _column("days", WHOLE),
        _text("description"),
        _column("names", JSON),
        _text("place"),
        *_state(),
    )
    _index("thing", "status", "name")
    _table(
        "loan",
        _text("id"),
        _text("thing_id"),
        _text("member_id"),
        _column("lent_at", INSTANT),
        _column("due_at", INSTANT),
        _text("lent_by"),
        _column("returned_at", INSTANT, nullable=True),
        _text("returned_to", nullable=True),
        *_state(),
        _refers("loan", "thing_id", "thing"),
        _refers("loan", "member_id", "member"),
    )
    _index("loan", "thing_id", "status")
    _index("loan", "member_id", "lent_at")
    _index("loan", "status", "due_at")


def _found() -> None:
    _table(
        "programme",
        _text("id"),
        _text("name"),
        _column("starts_on", DAY),
        _column("ends_on", DAY, nullable=True),
        _text("description"),
        _column("names", JSON),
        _column("item_ids", JSON),
        *_state(),
    )
    _index("programme", "status", "ends_on")
    _table(
        "index_entry",
        _text("id"),
        _text("subject"),
        sa.UniqueConstraint("community_id", "subject", name="uq_gridpoints_index_entry_subject"),
    )
    _table("index_posting", _text("id"), _column("bits", BYTES), _column("version", WHOLE))


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


def _add(table: str, *columns: sa.Column[Any]) -> None:
    """Add columns to a table that has rows; what these get is no default of the table."""
    for column in columns:
        op.add_column(f"gridpoints_{table}", column)
        if column.server_default is not None:
            op.alter_column(f"gridpoints_{table}", column.name, server_default=None)


def _column(
    name: str, type: sa.types.TypeEngine[Any], *, nullable: bool = False, former: str | None = None
) -> sa.Column[Any]:
    default = None if former is None else sa.DefaultClause(sa.text(former))
    return sa.Column(name, type, server_default=default, nullable=nullable)


def _plain(column: sa.Column[Any]) -> sa.Column[Any]:
    return sa.Column(column.name, column.type, nullable=column.nullable)


def _text(name: str, *, nullable: bool = False, former: str | None = None) -> sa.Column[Any]:
    return _column(name, TEXT, nullable=nullable, former=former)


def _state() -> tuple[sa.Column[Any], sa.Column[Any]]:
    return _text("status"), _column("version", WHOLE)


def _foreign(table: str, column: str, target: str) -> tuple[str, str, str, list[str], list[str]]:
    return (
        f"fk_gridpoints_{table}_{column}",
        f"gridpoints_{table}",
        f"gridpoints_{target}",
        ["community_id", column],
        ["community_id", "id"],
    )


def _refers(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    name, _, target, local, remote = _foreign(table, column, target)
    return sa.ForeignKeyConstraint(local, [f"{target}.{key}" for key in remote], name=name)


def _index(table: str, *columns: str) -> None:
    op.create_index(f"ix_gridpoints_{table}_{columns[0]}", f"gridpoints_{table}", ["community_id", *columns])
