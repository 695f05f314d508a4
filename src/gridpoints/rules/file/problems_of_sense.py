"""What in a file cannot be meant. One class each, as in `problems`."""

from __future__ import annotations

from datetime import date

from gridpoints.errors import RuleSetError

# --- kinds of rule from other packages ------------------------------------------------------------


class FormDoubled(RuleSetError):
    """Several packages add the kind of rule “{key}”: {packages}. Uninstall all of them but one."""

    key: str
    group: str
    packages: tuple[str, ...]


class FormTaken(RuleSetError):
    """The package {package} adds a kind of rule by the key “{key}”, which means something else already.
    Uninstall the package, or ask its makers for another key."""

    key: str
    group: str
    package: str


class FormNotLoaded(RuleSetError):
    """The kind of rule “{key}” of the package {package} cannot be loaded: {reason}. Install the package
    anew, or ask its makers."""

    key: str
    group: str
    package: str
    reason: str


# --- how it is written ---------------------------------------------------------------------------


class ValueBlank(RuleSetError):
    """Nothing stands after “{key}:”. Write a value, such as “{key}: {example}”, or delete “{key}:”."""

    key: str
    example: str


class CountNeeded(RuleSetError):
    """“{found}” cannot stand here. Write a whole number from 1 to {most}, in digits alone."""

    found: str
    most: int


class TextCut(RuleSetError):
    """The comma before this ends what stands after “{key}”, in the middle of its brackets. Put the whole text
    in quotation marks: “{key}: "…"”."""

    key: str


class DayBeforeColon(RuleSetError):
    """A day cannot stand before the colon. Write “{{from: {day}, value: {value}}}”."""

    day: str
    value: str


class BracketUnended(RuleSetError):
    """It is not said where this bracket ends, and others follow it. Write “up_to: ” with the quantity, as in
    “{{up_to: 10, amount: 2}}”."""


# --- what cannot be meant -------------------------------------------------------------------------


class FactNotDeclared(RuleSetError):
    """“{fact}” is no fact that this file knows. Write under “facts” what it is, such as “{fact}: {{type:
    text}}”, or take one of those there are: {known}."""

    fact: str
    known: tuple[str, ...]


class FactNotNumber(RuleSetError):
    """“{found}” cannot be “{fact}”, which is a number. Write digits alone, such as 3."""

    found: str
    fact: str


class FactNotDay(RuleSetError):
    """“{found}” cannot be “{fact}”, which is a day. Write year, month and day, such as 2026-01-31."""

    found: str
    fact: str


class FactNotTruth(RuleSetError):
    """“{found}” cannot be “{fact}”, which is true or false. Write one of the two."""

    found: str
    fact: str


class FactNotText(RuleSetError):
    """“{found}” cannot be “{fact}”, which is a text. If it is one, put it in quotation marks: "{found}"."""

    found: str
    fact: str


class WeekdayNeeded(RuleSetError):
    """“{found}” is no day of the week. Write a number, from 1 for Monday to 7 for Sunday."""

    found: str


class MonthNeeded(RuleSetError):
    """“{found}” is no month. Write a number from 1 to 12."""

    found: str


class FactIsForm(RuleSetError):
    """“{fact}” is a kind of condition that is installed. Give the fact another name."""

    fact: str


class BoundsEmpty(RuleSetError):
    """It is not said how much “{fact}” must be. Write “at_least: 1”, “at_most: 8”, or both."""

    fact: str


class BoundsUnfit(RuleSetError):
    """“{fact}” is neither a number nor a day, and cannot be more or less. Write the values that it may have,
    such as “{fact}: {example}”."""

    fact: str
    example: str


class BoundsSwapped(RuleSetError):
    """Nothing is at least {least} and at most {most}. Check whether the two were swapped."""

    least: str
    most: str


class StayingUnknown(RuleSetError):
    """“{found}” does not tell when points expire. Write “never”, “end_of_year”, or a term such as “{{months:
    12}}”."""

    found: str


class TermUnclear(RuleSetError):
    """It is not clear when these points expire. Write one of “months: 12”, “years: 2” and “day:
    2026-12-31”."""


class ApprovalUnknown(RuleSetError):
    """“{found}” does not tell who must agree. Write “automatic” for nobody, “confirmer” for one other person,
    or such as “{{panel: {{seats: 5, quorum: 3}}, notice: {{days: 7}}}}”."""

    found: str


class ApprovalEmpty(RuleSetError):
    """It is not said who must agree. Write “automatic”, or one or more of “confirmer”, “panel” and
    “notice”."""


class ReviewSwapped(RuleSetError):
    """This value is to be reviewed by {review_by}, before it begins on {begins}. Check whether the two
    days were swapped."""

    review_by: date
    begins: date


class PercentTooLarge(RuleSetError):
    """{found} per cent are more than all. Write a number from 1 to 100, such as 80."""

    found: int


class BudgetTooSmall(RuleSetError):
    """{money} {currency} are less than the smallest amount of “{unit}” is worth, so that nothing could be
    given. Write more, or correct “redemption”."""

    money: str
    currency: str
    unit: str


class ChangesTooMany(RuleSetError):
    """Values change on {count} different days, this one included; at most {most} are possible in one
    file. Write the later ones into a file with a new version."""

    count: int
    most: int


class ExamplesTooMany(RuleSetError):
    """The examples so far count {count} deeds; at most {most} are tried out. Write a smaller number after
    “times”, or fewer examples."""

    count: int
    most: int
