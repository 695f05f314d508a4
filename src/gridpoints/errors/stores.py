"""What is wrong with a store, or with the way to a community."""

from __future__ import annotations

from gridpoints.errors.base import Conflict, NotFound, StoreError


class UnknownStore(StoreError):
    """No store is known for the URL {url}. Use one that starts with: {known}."""

    url: str
    known: tuple[str, ...]


class MissingDriver(StoreError):
    """The package {package} is needed and not installed. Install it with:
    pip install "gridpoints-platform[{extra}]"."""

    package: str
    extra: str


class StoreUnavailable(StoreError):
    """The store {url} does not open: {reason}. Check that it exists, is a gridpoints store, and
    that you may read and write it."""

    url: str
    reason: str


class SchemaMismatch(StoreError):
    """The store {url} has schema version {found}; this release of gridpoints knows versions up to
    {known}. Install the newer release that wrote it."""

    url: str
    found: str
    known: str


class CommunityExists(Conflict):
    """The community {community} exists already. Open it with exchange.community("{community}")."""

    community: str


class CommunityUnknown(NotFound):
    """There is no community {community} in this store. It holds: {known}."""

    community: str
    known: tuple[str, ...]


class RecordUnknown(NotFound):
    """There is no {kind} with the id {id}."""

    kind: str
    id: str


class RecordExists(Conflict):
    """The {kind} {id} exists already. Choose another id, or use the one that is there."""

    kind: str
    id: str


class ReferenceUnknown(NotFound):
    """This {kind} refers to something that does not exist in this community: {detail}."""

    kind: str
    detail: str


class ConcurrentChange(Conflict):
    """The {kind} {id} was changed by somebody else in the meantime. Read it again and repeat."""

    kind: str
    id: str


class IllegalTransition(Conflict):
    """The {kind} {id} is {status}: from there it cannot become {wanted}. Possible now: {allowed}."""

    kind: str
    id: str
    status: str
    wanted: str
    allowed: tuple[str, ...]
