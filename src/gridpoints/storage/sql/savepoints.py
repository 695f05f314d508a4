"""What belongs together inside a transaction: undone by an exception, without ending the rest."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection

from gridpoints.storage.sql.prepared import forget_last, pipeline, run

#: One name for all: the innermost savepoint of a name is the one that is meant.
_NAME = "gridpoints_inner"
_SET, _RELEASE = f"SAVEPOINT {_NAME}", f"RELEASE SAVEPOINT {_NAME}"
_UNDO = f"ROLLBACK TO SAVEPOINT {_NAME}"


@contextmanager
def savepoint(connection: Connection) -> Iterator[None]:
    """Undo what the block did where it raises; the transaction goes on.

    `Connection.begin_nested` does the same, but compiles statements with a new name each time,
    which is a fifth of the time of a short unit of work.
    """
    run(connection, _SET)
    try:
        yield
        run(connection, _RELEASE)  # behind what was put off
    except BaseException:
        _undo(connection)
        raise


@contextmanager
def piped_savepoint(connection: Connection) -> Iterator[None]:
    """A `savepoint` for a block that only writes: it is sent with what the block runs, as a `pipeline`.

    What the database refuses is raised at the end of the block, and undone.
    """
    try:
        with pipeline(connection):
            run(connection, _SET)
            yield
            run(connection, _RELEASE)
    except BaseException:
        _undo(connection)
        raise


def _undo(connection: Connection) -> None:
    forget_last(connection)  # it was put off inside the block: to set the savepoint, all before was sent
    run(connection, _UNDO)
    run(connection, _RELEASE)
