"""What can be wrong with what a file says beside its deeds: stars, redemption, grades.

Like `gridpoints.rules.file.problems`: each class has its message as its docstring.
"""

from __future__ import annotations

from decimal import Decimal

from gridpoints.errors import RuleSetError


class MetricUnknown(RuleSetError):
    """Nothing is measured by “{found}” in this file. Possible are: {known}."""

    found: str
    known: tuple[str, ...]


class RateIncomplete(RuleSetError):
    """What points are worth takes three things: write “points: 10, money: 1, currency: CNY”, or none of
    the three."""


class ShareOutOfRange(RuleSetError):
    """{found} per cent is not possible. Write a number above 0, and at most 100."""

    found: str


class LevelsOutOfOrder(RuleSetError):
    """“{level}” needs less of “{metric}” than “{before}”, which stands above it. Write the levels with
    the lowest first, and let each one need at least as much as the one before."""

    level: str
    metric: str
    before: str


class ClassNeverReached(RuleSetError):
    """Nobody comes into “{grade}”: “{before}”, which stands above it, takes all who are left. Write the
    best class first, and the one that needs nothing last."""

    grade: str
    before: str


class ShareTooSmall(RuleSetError):
    """“{grade}” asks for the first {top} per cent, and the class above it for the first {before}. Write
    a larger number, for its share is counted from the top."""

    grade: str
    top: Decimal
    before: Decimal


class RefundUnknown(RuleSetError):
    """“{found}” does not say what may be given back. Write never, always, or for how many days, such as
    “{{days: 7}}”."""

    found: str


class LeastAboveMost(RuleSetError):
    """At least {least} and at most {most} is not possible. Check whether the two were swapped."""

    least: Decimal
    most: Decimal
