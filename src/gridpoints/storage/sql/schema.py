"""The version of the schema: created or brought up to date when a store is opened."""

from __future__ import annotations

from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text

from gridpoints.errors import SchemaMismatch
from gridpoints.storage.sql.engines import Engines
from gridpoints.storage.sql.refusals import shown

if TYPE_CHECKING:
    from alembic.config import Config

MIGRATIONS = Path(__file__).parent / "migrations"
VERSION_TABLE = "gridpoints_version"
#: The newest revision in `migrations`.
HEAD = "0025"

#: Whoever migrates holds this advisory lock on PostgreSQL: a number of ours, "gridpnts" in ASCII.
_ADVISORY_LOCK = int.from_bytes(b"gridpnts")
#: Alembic's context is one for the whole process.
_ALEMBIC = Lock()


def prepare(engines: Engines) -> None:
    """Create the schema, or migrate it to `HEAD`; raises `SchemaMismatch` where it is newer.

    Several processes may do so at once: one does the work, the others wait for it.
    """
    with engines.reading.begin() as connection:
        if _version(connection) == HEAD:
            return
    if engines.writing.dialect.name == "sqlite":
        # The rows of a new index are sorted in a file, for there may be millions of them. The connection that
        # migrates cannot be told so within its transaction.
        with engines.writing.connect() as connection:
            connection.execute(text("PRAGMA temp_store = FILE"))
    with engines.turn, engines.writing.begin() as connection:
        if connection.dialect.name == "postgresql":  # on SQLite, there is but one writer
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ADVISORY_LOCK})
        if (found := _version(connection)) != HEAD:
            _migrate(engines, connection, found)
    # The next connection is set up as it should be, and reads the statistics that migrations write on SQLite.
    engines.writing.dispose()


def _version(connection: Connection) -> str | None:
    if not inspect(connection).has_table(VERSION_TABLE):
        return None
    return connection.execute(text(f"SELECT version_num FROM {VERSION_TABLE}")).scalar()  # noqa: S608


def _migrate(engines: Engines, connection: Connection, found: str | None) -> None:
    from alembic import command  # slow to import, and seldom needed
    from alembic.script import ScriptDirectory

    config = alembic_config(connection)
    known = {revision.revision for revision in ScriptDirectory.from_config(config).walk_revisions()}
    if found is not None and found not in known:
        raise SchemaMismatch(url=shown(engines.url), found=found, known=HEAD)
    with _ALEMBIC:
        command.upgrade(config, HEAD)


def alembic_config(connection: Connection) -> Config:
    """What Alembic needs to know; the package has no alembic.ini."""
    from alembic.config import Config

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return config
