"""What can be wrong with a rule set's file, one class each, and the place where it is.

Like the errors of `gridpoints.errors`, which may be problems as well, each class has its message
as its docstring: what is wrong, and what to write instead. Whoever mends the file has nothing but
this message, and is no programmer.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from attrs import frozen

from gridpoints.errors import GridpointsError, RuleSetError
from gridpoints.values import Step

#: The keys that lead to a place in the file, and the numbers (from 0) of items of lists.
Path = tuple[str | int, ...]


@frozen(str=False)
class Problem:
    """Something that is wrong in one place of a file; line and column count from 1.

    `error` says what, and may be any error; it was not raised.
    """

    line: int
    column: int
    path: Path
    error: GridpointsError

    @property
    def code(self) -> str:
        """The stable code of what is wrong."""
        return self.error.code

    @property
    def values(self) -> dict[str, Any]:
        """The figures that belong to it."""
        return self.error.fields

    @classmethod
    def template(cls) -> str:
        """The English message with its fields in braces: the key of its translations."""
        return "Line {line}, column {column}: {problem}"

    @property
    def fields(self) -> dict[str, Any]:
        """What stands in the braces of the template."""
        return {"line": self.line, "column": self.column, "problem": self.error}

    def __str__(self) -> str:
        return self.template().format_map(self.fields)


# --- keys ---------------------------------------------------------------------------------------


class KeyUnknown(RuleSetError):
    """“{key}” is not known here. Possible are: {known}."""

    key: str
    known: tuple[str, ...]


class CommaInNumber(RuleSetError):
    """The comma before {digits} begins something new inside the brackets. Write numbers without
    commas: 1000, not 1,000."""

    digits: str


class KeyMisspelt(RuleSetError):
    """“{key}” is not known here. Did you mean “{suggestion}”?"""

    key: str
    suggestion: str


class KeyMissing(RuleSetError):
    """“{key}” is missing here. Add it, such as “{key}: {example}”."""

    key: str
    example: str


class CodeMalformed(RuleSetError):
    """“{found}” cannot be a code. Write 1 to {longest} letters or digits, also with the signs . _ -
    between them, and without spaces."""

    found: str
    longest: int


class LanguageMalformed(RuleSetError):
    """“{found}” is not the code of a language. Write zh_Hans for simplified Chinese, zh_Hant for
    traditional Chinese, en for English."""

    found: str


# --- values -------------------------------------------------------------------------------------


class ValueMissing(RuleSetError):
    """Nothing stands after “{key}:”. Write a value, such as “{key}: {example}”."""

    key: str
    example: str


class EntriesNeeded(RuleSetError):
    """“{key}” takes further keys, each with its value. Write it such as “{key}: {example}”."""

    key: str
    example: str


class ListNeeded(RuleSetError):
    """“{key}” must be a list in brackets. Write it such as “{key}: {example}”."""

    key: str
    example: str


class ListUnfit(RuleSetError):
    """“{key}” has too few or too many values in its brackets. Write it such as “{key}: {example}”."""

    key: str
    example: str


class FormRefuses(RuleSetError):
    """This cannot be used: {reason}. Look up how this kind of rule is written."""

    reason: str


class TextNeeded(RuleSetError):
    """A text must stand here. If {found} is one, put it in quotation marks: "{found}"."""

    found: str


class NumberNeeded(RuleSetError):
    """“{found}” is not a number. Write digits alone, such as {example}."""

    found: str
    example: str


class ExpressionUntold(RuleSetError):
    """“{found}” is not a number. To let points be calculated, write “{example}”."""

    found: str
    example: str


class DateNeeded(RuleSetError):
    """“{found}” is not a day of the calendar. Write year, month and day, such as {example}."""

    found: str
    example: str


class ChoiceUnknown(RuleSetError):
    """“{found}” is not possible here. Write one of these: {known}."""

    found: str
    known: tuple[str, ...]


class FormatUnknown(RuleSetError):
    """This file is written in format {found}; this release of gridpoints reads format {known}.
    Install the newer release, or write “gridpoints: {known}”."""

    found: str
    known: str


class AmountOutOfRange(RuleSetError):
    """{found} cannot be given or counted. Write a number above 0, and at most {most}."""

    found: str
    most: int


class PointsOutOfRange(RuleSetError):
    """{found} cannot be given or taken. Write a number other than 0, from -{most} to {most}."""

    found: str
    most: int


class FactorOutOfRange(RuleSetError):
    """Nothing can be multiplied by {found}. Write a number from 0 to {most}, such as 1.5."""

    found: str
    most: int


class YesOrNoNeeded(RuleSetError):
    """“{found}” cannot stand here. Write true for yes, or false for no."""

    found: str


class FactMalformed(RuleSetError):
    """“{found}” cannot be the name of a fact. Write letters, digits and _, with dots between words,
    such as category or member.stars."""

    found: str


class FactValueMalformed(RuleSetError):
    """“{found}” cannot be the value of a fact. Write a text, a number, a day, true or false."""

    found: str


# --- what does not fit together -----------------------------------------------------------------


class DigitsTooMany(RuleSetError):
    """{found} has too many digits after the point: “{unit_code}” counts {scale} of them. Round the
    number, or write “scale: {needed}” for “{unit_code}” under “units”."""

    found: str
    unit_code: str
    scale: int
    needed: int


class CodeUnknown(RuleSetError):
    """There is no “{found}” under “{table}” in this file. It has: {known}."""

    found: str
    table: str
    known: tuple[str, ...]


class CodeMisspelt(RuleSetError):
    """There is no “{found}” under “{table}” in this file. Did you mean “{suggestion}”?"""

    found: str
    table: str
    suggestion: str


class UnitNeeded(RuleSetError):
    """It is not said in which unit “{deed}” counts. Add “unit: {example}”; possible are: {known}."""

    deed: str
    example: str
    known: tuple[str, ...]


class UnitsMixed(RuleSetError):
    """This limit counts several units together: {units}. Name its deeds with “deeds: [ … ]”, and write
    a limit of its own for each unit."""

    units: tuple[str, ...]


class NameDoubled(RuleSetError):
    """“{name}” is the name of “{other}” as well, so nobody can tell the two apart. Change one of
    them."""

    name: str
    other: str


class FactBuiltIn(RuleSetError):
    """“{fact}” is known of every deed already. Delete it here."""

    fact: str


class FactValueUnlisted(RuleSetError):
    """“{found}” is not one of the values that “{fact}” can have: {known}. Correct it, or add it under
    “facts”."""

    found: str
    fact: str
    known: tuple[str, ...]


class BracketsOutOfOrder(RuleSetError):
    """This bracket must go further than the one before it, which ends at {last}. Write them in order,
    and leave out “up_to” in the last one alone."""

    last: Decimal


class BracketLastClosed(RuleSetError):
    """Nothing is said of what is above {up_to}. Add a last bracket without “up_to”."""

    up_to: Decimal


class DayMissing(RuleSetError):
    """It is not said from when this value holds. Add “from: ” with a day."""


class DaysOutOfOrder(RuleSetError):
    """{found} is not after {before}, where the value before it begins. Write the values in the order of
    their days."""

    found: date
    before: date


class DaysSwapped(RuleSetError):
    """{last} is not after {first}, when it begins. Check whether the two days, or day and month, were
    swapped."""

    first: date
    last: date


class WholeNeeded(RuleSetError):
    """{found} times is not possible. Write a whole number."""

    found: str


class CampaignEmpty(RuleSetError):
    """It is not said what this campaign gives. Add “times: 2” for twice the points, or “plus: 10” for
    10 more."""


class MoneyUnknown(RuleSetError):
    """It is not said what points are worth in money. Add “redemption: {{points: 10, money: 1, currency:
    CNY}}” to the file."""


class QuorumTooLarge(RuleSetError):
    """{quorum} votes are needed, and the panel has {seats} seats. Write a quorum of at most {seats}."""

    quorum: int
    seats: int


class PanelNeeded(RuleSetError):
    """Nobody chooses the points for “{deed}” inside the range. Add “approval: {{panel: {{seats: 5, quorum:
    3}}}}”."""

    deed: str


class ExampleFails(RuleSetError):
    """This example must give {expected}, and the rules give {given}. Correct the rules or the
    example.{explanation}"""

    expected: Decimal
    given: Decimal
    explanation: tuple[Step, ...]


class ExampleImpossible(RuleSetError):
    """The rules cannot judge this example: {why}"""

    why: GridpointsError
