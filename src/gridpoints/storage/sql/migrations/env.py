"""Run by Alembic, in the transaction of the connection that `schema.alembic_config` was given."""

from alembic import context

from gridpoints.storage.sql.schema import VERSION_TABLE
from gridpoints.storage.sql.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table=VERSION_TABLE,
    transactional_ddl=True,  # on SQLite too
)
with context.begin_transaction():
    context.run_migrations()
