"""What the database refused or could not do, in the words of `gridpoints.errors`."""

from __future__ import annotations

from types import TracebackType

from sqlalchemy import URL, exc

from gridpoints.community.model import Profile
from gridpoints.errors import ConcurrentChange, GridpointsError, StoreUnavailable
from gridpoints.records import kind_of

#: Standard SQL: serialization failure, and PostgreSQL's deadlock.
_OVERTAKEN = {"40001", "40P01"}
#: What only a fault of ours can bring about.
_FAULTS = (exc.IntegrityError, exc.DataError, exc.ProgrammingError, exc.NotSupportedError)
#: Parameters of a connection string that are nobody's business.
_SECRET = {"password", "sslpassword", "passfile"}


def shown(url: URL) -> str:
    """The URL without its password."""
    query = {name: "***" if name in _SECRET else value for name, value in url.query.items()}
    return url.set(query=query).render_as_string(hide_password=True)


class translated:  # noqa: N801 -- reads as a function; as a generator, it would cost a short unit of work
    """Turn what the driver raises into errors of ours; what would be a fault of ours is left as it is."""

    __slots__ = ("_community", "_url")

    def __init__(self, url: URL, community: str | None = None) -> None:
        self._url = url
        self._community = community

    def __enter__(self) -> None:
        """Nothing to prepare."""

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if isinstance(error, exc.StatementError):
            if isinstance(error.orig, GridpointsError):  # a column refused its value
                raise error.orig from None
            if getattr(error.orig, "sqlstate", None) in _OVERTAKEN:
                raise ConcurrentChange(kind=kind_of(Profile), id=self._community or "") from error
            if isinstance(error, exc.DBAPIError) and not isinstance(error, _FAULTS):
                raise unavailable(self._url, error.orig or error) from error
        # No connection became free; or it was lost, and the unit of work around this one goes on.
        elif isinstance(error, exc.TimeoutError | exc.PendingRollbackError):
            raise unavailable(self._url, error) from error


def unavailable(url: URL, error: BaseException) -> StoreUnavailable:
    """The error for a store that does not open, with the first line of the driver's reason."""
    reason = next(iter(str(error).strip().splitlines()), type(error).__name__)
    return StoreUnavailable(url=shown(url), reason=reason)
