"""What is no mistake, and should be looked at all the same: a rule that never applies, a day that has passed.

One class each, as in `problems`. None of these keeps a file from being used.
"""

from __future__ import annotations

from datetime import date

from gridpoints.errors import RuleSetError

# --- what never happens ---------------------------------------------------------------------------


class ConditionNeverHolds(RuleSetError):
    """This can never be so, together with what else is asked of “{fact}”, so that “{deed}” never counts.
    Correct one of the two."""

    fact: str
    deed: str


class FactNeverTold(RuleSetError):
    """“{fact}” is not known of “{deed}”, whose points are not counted by it. Write “per: {typed}” for its
    points, or ask for something else."""

    fact: str
    deed: str
    typed: str


class RowNeverReached(RuleSetError):
    """This is never used, because “{fact}” is never “{value}” where “{deed}” counts. Delete it, or correct
    the condition."""

    fact: str
    value: str
    deed: str


class OtherwiseNeverReached(RuleSetError):
    """“otherwise” is never used, because all values of “{fact}” stand here. Delete it, or delete values
    that are the same."""

    fact: str


class BracketNeverReached(RuleSetError):
    """This bracket is never reached: it begins at {start}, and no more than {most} are counted. Delete it,
    or correct the limit or the condition."""

    start: str
    most: str


class LimitNeverBinds(RuleSetError):
    """This limit never makes a difference, because “{other}” counts the same deeds and leaves no more.
    Delete this one, or correct one of the two."""

    other: str


class LimitsAlike(RuleSetError):
    """This limit says the same as “{other}”. Delete one of the two, or correct it."""

    other: str


class LimitNeverAllows(RuleSetError):
    """“{deed}” gives {points} at a time, which this limit always refuses. Write “most: {points}” or more,
    or “excess: clip”."""

    deed: str
    points: str


class LimitMixes(RuleSetError):
    """This limit counts what is given ({awards}) together with what is taken ({deductions}). Write a limit
    of its own for each."""

    awards: tuple[str, ...]
    deductions: tuple[str, ...]


class CampaignOver(RuleSetError):
    """This campaign ends on {until}, before the rules begin on {begins}. Correct the days, or delete it."""

    until: date
    begins: date


class CampaignForNobody(RuleSetError):
    """This campaign changes nothing: none of the deeds that it is for gives points. Name others, or delete
    it."""


class CampaignChangesNothing(RuleSetError):
    """Once the points is what there is without a campaign. Write “times: 2” for twice the points."""


class CampaignsOverlap(RuleSetError):
    """This campaign and “{other}” both concern “{deed}” from {first} until {until}; only the better one
    counts then. Write “stacking: best” at the left margin if that is right, or “stacking: sum” to count
    both."""

    other: str
    deed: str
    first: date
    until: date


class NoEffect(RuleSetError):
    """“{key}” has no effect on “{deed}”, which takes no points. Delete it, or write points below 0."""

    key: str
    deed: str


class NoEffectOnDeduction(RuleSetError):
    """“{deed}” takes points; no campaign concerns it. Delete it here."""

    deed: str


# --- days -----------------------------------------------------------------------------------------


class ReviewDue(RuleSetError):
    """This was to be reviewed by {review_by}, which has passed. Look whether it still holds, and write a new
    day."""

    review_by: date


class YearUnlikely(RuleSetError):
    """{day} is far away. Check the year."""

    day: date


class DaysPerhapsSwapped(RuleSetError):
    """From {first} to {last} is very long. If {suggestion} was meant, day and month were swapped."""

    first: date
    last: date
    suggestion: date


class FigureNeverHolds(RuleSetError):
    """The values before this one never hold: it begins on {found}, and the rules begin on {begins}. Delete
    them, or correct the day."""

    found: date
    begins: date


class FigureHoldsBefore(RuleSetError):
    """The first value holds from the beginning of the rules on, {begins}, and not only from {found}. Correct
    the day, or write before it the value that holds until then."""

    found: date
    begins: date


class ExampleBeforeRules(RuleSetError):
    """{found} is before the rules begin on {begins}. Give the example a later day."""

    found: date
    begins: date


# --- what is not used -----------------------------------------------------------------------------


class FactUnused(RuleSetError):
    """No rule asks for “{fact}”. Delete it, or write the rule that needs it."""

    fact: str


class CategoryUnused(RuleSetError):
    """No deed belongs to the category “{category}”. Delete it, or write “category: {category}” for its
    deeds."""

    category: str


class UnitUnused(RuleSetError):
    """Nothing counts in “{unit_code}”. Delete it, or write “unit: {unit_code}” for its deeds."""

    unit_code: str


class TranslationMissing(RuleSetError):
    """This name is not written in: {languages}; most others are. Add it."""

    languages: tuple[str, ...]
