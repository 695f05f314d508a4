"""What is refused of rule sets, and of the deeds that they judge."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from gridpoints.errors.base import Conflict, InvalidInput, NotAllowed, NotFound, Refused, RuleSetError

# --- rule sets --------------------------------------------------------------------------------


class RuleSetInvalid(RuleSetError):
    """{source} cannot be used. Problems found: {count}.{problems}"""

    source: str
    count: int
    problems: tuple[Any, ...]


class RuleSetNotFound(NotFound):
    """There is no rule set {source}: no file has this name, and no preset. Presets: {known}."""

    source: str
    known: tuple[str, ...]


class RuleSetUnreadable(RuleSetError):
    """The rule set {source} cannot be opened. Check that it is a file and that you may read it."""

    source: str


class RuleSetFrozen(Conflict):
    """Version {version} of the rules is published with another text. Give the changed file a new
    version."""

    version: str


class DraftMismatch(Conflict):
    """The text says that it is {found}, and the draft is {draft}. Correct its code and its version, or
    put it down as a draft of its own."""

    draft: str
    found: str


class VoteLost(Refused):
    """{in_favour} were for it and {against} against: that is no majority, and approves nothing."""

    in_favour: int
    against: int


class NotApproved(Refused):
    """Of version {version} there is a draft, and what is published is what was approved of it. It is
    {status}, or its text is another."""

    version: str
    status: str


class VoteNeeded(Refused):
    """Version {rules} of the rules says that it is changed by a vote alone. Put version {version} down as a
    draft, have it checked and voted on, and publish the draft."""

    version: str
    rules: str


class StartsTooEarly(Refused):
    """Version {version} cannot begin on {day}: what was decided begins on {first}."""

    version: str
    day: date
    first: date


class NoRulesInForce(Refused):
    """No rule set was in force on {day}. First day of the first rule set: {first}.
    Publish rules that begin by that day."""

    day: date
    first: date | None


class UnitChanged(Conflict):
    """The unit {unit} is in use with {scale} digits after the point. Give the new unit another
    code."""

    unit: str
    scale: int


# --- deeds ------------------------------------------------------------------------------------


class DeedUnknown(NotFound):
    """The rules know no deed {deed}. Most like it: {suggestion}."""

    deed: str
    suggestion: str | None


class QuantityNeeded(InvalidInput):
    """The deed {deed} is paid per {per}: say how many, with a number above 0."""

    deed: str
    per: str


class QuantityOutOfRange(QuantityNeeded):
    """The deed {deed} is paid per {per}, and {quantity} cannot be right. Give a number above 0 and below
    {most}."""

    quantity: Decimal
    most: Decimal


class QuantityNotTaken(InvalidInput):
    """The deed {deed} gives a fixed number of points each time: leave the quantity empty or write
    1."""

    deed: str


class DeedInFuture(InvalidInput):
    """The day {day} lies in the future. Check the year, the month and the day."""

    day: date


class EvidenceNeeded(InvalidInput):
    """“{deed}” needs to be shown: {evidence}. Tell in words what shows it, or give a link to it."""

    deed: str
    evidence: tuple[str, ...]


class DaysNotInOrder(InvalidInput):
    """Deeds are tried out in order of day, and one of {day} comes after one of {before}. Sort them by
    day."""

    day: date
    before: date


class ReportReserved(NotAllowed):
    """{actor} may not report the deed {deed}: the rules leave that to {roles}. Ask one of them."""

    actor: str
    deed: str
    roles: tuple[str, ...]


class DeedConflict(Conflict):
    """The deed {deed} was recorded before with other particulars. Give a different deed its own
    id."""

    deed: str


class FactNeeded(InvalidInput):
    """The rules judge the deed {deed} by “{fact}”, and that was not told. Report it with the deed."""

    deed: str
    fact: str


class FactUnknown(InvalidInput):
    """The rules know no fact “{fact}”. Known are: {known}."""

    fact: str
    known: tuple[str, ...]


class FactUnusable(InvalidInput):
    """“{value}” is not a value of the fact “{fact}”, which is a {type}."""

    fact: str
    value: str
    type: str


class FactNotListed(InvalidInput):
    """“{value}” is not among what the rules list for the fact “{fact}”: {known}."""

    fact: str
    value: str
    known: tuple[str, ...]


class NotInTable(InvalidInput):
    """The rules have no points for the deed {deed} where “{fact}” is “{value}”. Check how it is
    written."""

    deed: str
    fact: str
    value: str


class AmountNotChosen(InvalidInput):
    """For the deed {deed} a panel chooses from {least} to {most} points, and has not yet. Give the
    number that it chose."""

    deed: str
    least: Decimal
    most: Decimal


class ChoiceOutOfRange(InvalidInput):
    """{chosen} points cannot be given for the deed {deed}: the rules allow {least} to {most}."""

    deed: str
    chosen: Decimal
    least: Decimal
    most: Decimal


class AmountTooLarge(InvalidInput):
    """The rules give more for this deed than anybody can hold: more than {most} of the smallest parts
    of the unit. Check the quantity."""

    most: int


class GradesUnknown(NotFound):
    """The rules of {day} class nothing under {grades}. What they class: {known}."""

    grades: str
    day: date
    known: tuple[str, ...]


class RightReserved(NotAllowed):
    """{actor} may not do this: {right}. The rules reserve it for the roles {roles}."""

    actor: str
    right: str
    roles: tuple[str, ...]


class RightForNobody(RightReserved):
    """{actor} may not do this: {right}. The rules give it to nobody. Write who may under “permissions”, such
    as “{line}”."""

    line: str
