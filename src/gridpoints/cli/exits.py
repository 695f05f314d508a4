"""What a script learns from the exit code."""

from __future__ import annotations

from collections.abc import Mapping

from gridpoints.errors import (
    Conflict,
    GridpointsError,
    InvalidInput,
    NotAllowed,
    NotFound,
    NotProven,
    Refused,
    RuleSetError,
    StoreError,
)

DONE = 0
#: All was done that could be, but rows of a file were left out, `verify` or `rules diff` found
#: differences, a receipt proves nothing, or what a till delivered is contested.
SOMETHING_LEFT = 1
#: Typer's own, for a command line that cannot be understood.
USAGE = 2
INTERRUPTED = 130

#: By the group of an error: what can be done about it. What stands first counts.
OF_GROUP: Mapping[type[GridpointsError], int] = {
    NotProven: SOMETHING_LEFT,
    InvalidInput: 3,
    RuleSetError: 3,
    NotFound: 4,
    Conflict: 5,
    Refused: 6,
    NotAllowed: 6,
    StoreError: 7,
}


def exit_code(error: GridpointsError) -> int:
    """The exit code for an error, by its group."""
    return next(code for group, code in OF_GROUP.items() if isinstance(error, group))
