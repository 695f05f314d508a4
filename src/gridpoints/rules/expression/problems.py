"""What can be wrong with an expression, and with its evaluation: the message is the docstring.

Like those of `gridpoints.rules.problems`: whoever mends the expression has nothing but this message,
and is no programmer. Columns count characters of the source, from 1.
"""

from __future__ import annotations

from gridpoints.errors import RuleSetError
from gridpoints.rules.expression.model import Type

#: More than anybody mends at a time.
MOST_PROBLEMS = 20


class ExpressionInvalid(RuleSetError):
    """The expression “{source}” cannot be used.{problems}"""

    source: str
    problems: tuple[ExpressionProblem, ...]


class ExpressionProblem(RuleSetError):
    """Something is wrong with the expression at character {column}."""

    column: int


# --- signs and words ----------------------------------------------------------------------------


class ExpressionEmpty(ExpressionProblem):
    """There is no expression here. Write one, such as “hours >= 2”."""


class ExpressionTooLong(ExpressionProblem):
    """The expression is longer than {longest} characters. Split it into several rules."""

    longest: int


class ExpressionTooDeep(ExpressionProblem):
    """More than {most} values or brackets hang together at character {column}. Split the expression into
    several rules."""

    most: int


class SignUnseen(ExpressionProblem):
    """At character {column} stands the character {character}, which cannot be seen. Delete it and type the
    words around it again."""

    character: str


class SignUnknown(ExpressionProblem):
    """The sign {sign} at character {column} means nothing in an expression. Delete it, or put the text that
    it belongs to in quotation marks."""

    sign: str


class SignReplaced(ExpressionProblem):
    """The sign {sign} at character {column} means nothing in an expression. Write “{suggestion}” instead."""

    sign: str
    suggestion: str


class TextOpen(ExpressionProblem):
    """The text that begins at character {column} does not end. Write {mark} at its end."""

    mark: str


class NumberMalformed(ExpressionProblem):
    """“{found}” at character {column} is not a number. Write digits alone, such as 1000 or 0.5."""

    found: str


class NumberTooLong(ExpressionProblem):
    """The number at character {column} has more than {most} digits. Write a shorter one."""

    most: int


class DayMalformed(ExpressionProblem):
    """“{found}” at character {column} is not a day of the calendar. Write year, month and day, such as
    {example}."""

    found: str
    example: str


# --- how the words stand together ---------------------------------------------------------------


class ValueNeeded(ExpressionProblem):
    """A value is missing at character {column}, before “{found}”. Write a name, a number, or a text in
    quotation marks."""

    found: str


class ValueNeededAtEnd(ExpressionProblem):
    """The expression stops too early: a value is missing at its end. Write a name, a number, or a text in
    quotation marks."""


class OperatorNeeded(ExpressionProblem):
    """“{found}” at character {column} does not fit what stands before it. Write a sign or a word between
    the two, such as +, >=, and, or."""

    found: str


class WordNeeded(ExpressionProblem):
    """“{found}” at character {column} means nothing here. Write “{suggestion}” instead."""

    found: str
    suggestion: str


class CommaFound(ExpressionProblem):
    """A comma stands at character {column}. Write numbers without commas: 1000, not 1,000; and put several
    values in brackets, after “in”."""


class ParenthesisOpen(ExpressionProblem):
    """The bracket {bracket} at character {column} is not closed. Write {closing} where it ends."""

    bracket: str
    closing: str


class ParenthesisExtra(ExpressionProblem):
    """The bracket {bracket} at character {column} closes nothing. Delete it, or write the one that opens it
    before."""

    bracket: str


class ElseNeeded(ExpressionProblem):
    """The “if” at character {column} has no “else”. Write “2 if hours >= 1 else 0”: the value, the
    condition, and the value otherwise."""


class ValueBeforeIf(ExpressionProblem):
    """The value is missing before the “if” at character {column}. Write “2 if hours >= 1 else 0”: the value,
    the condition, and the value otherwise."""


class BracketsNeeded(ExpressionProblem):
    """It is not plain what belongs together at “{found}”, character {column}. Put brackets around the part
    that is to be answered first."""

    found: str


class ListOfValuesNeeded(ExpressionProblem):
    """A list must stand after “in” at character {column}. Write its values in brackets: “in ('a', 'b')”."""


class ListValueUnfit(ExpressionProblem):
    """Only fixed values can stand in a list. Write at character {column} a number, a day, or a text in
    quotation marks; compare with anything else by == and “or”."""


class CallUnfit(ExpressionProblem):
    """The bracket at character {column} does not fit what stands before it. To multiply, write “2 * (…)”;
    before a bracket may stand: {known}."""

    known: tuple[str, ...]


# --- names --------------------------------------------------------------------------------------


class NameUnknown(ExpressionProblem):
    """“{name}” at character {column} is not known. If it is a text, put it in quotation marks: '{name}'.
    Names that are known: {known}."""

    name: str
    known: tuple[str, ...]


class NameMisspelt(ExpressionProblem):
    """“{name}” at character {column} is not known. Did you mean “{suggestion}”?"""

    name: str
    suggestion: str


class NameDisguised(ExpressionProblem):
    """“{name}” at character {column} looks like “{suggestion}”, but has the foreign letter {character}. Type
    the word again."""

    name: str
    suggestion: str
    character: str


class FunctionUnknown(ExpressionProblem):
    """Nothing can be calculated with “{name}” at character {column}. Possible are: {known}."""

    name: str
    known: tuple[str, ...]


class FunctionMisspelt(ExpressionProblem):
    """Nothing can be calculated with “{name}” at character {column}. Did you mean “{suggestion}”?"""

    name: str
    suggestion: str


class BracketsMissing(ExpressionProblem):
    """“{name}” at character {column} needs its values in brackets. Write it such as “{example}”."""

    name: str
    example: str


class DayFunctionFound(ExpressionProblem):
    """A day is written as it is. Write at character {column} year, month and day, without brackets and
    quotation marks, such as 2026-01-31."""


# --- types --------------------------------------------------------------------------------------


class TypeUnfit(ExpressionProblem):
    """A {given_type} stands at character {column}. Write a {wanted_type} instead."""

    given_type: Type
    wanted_type: Type


class TruthNeeded(ExpressionProblem):
    """A {given_type} alone, as at character {column}, is neither true nor false. Write a comparison, such as
    “hours >= 2”; for one of several values “kind in ('a', 'b')”."""

    given_type: Type


class ResultUnfit(ExpressionProblem):
    """The expression gives a {given_type}. Write one that gives a {wanted_type}."""

    given_type: Type
    wanted_type: Type


class TypesMixed(ExpressionProblem):
    """A {left_type} and a {right_type} meet at “{sign}”, character {column}. Compare things of one kind, or
    choose between such."""

    sign: str
    left_type: Type
    right_type: Type


class NumberInQuotes(ExpressionProblem):
    """The number at character {column} stands in quotation marks, which make it a text. Write {number}
    without them."""

    number: str


class DayInQuotes(ExpressionProblem):
    """The day at character {column} stands in quotation marks, which make it a text. Write {day} without
    them."""

    day: str


class NotInOrder(ExpressionProblem):
    """“{sign}” at character {column} asks which is greater, and of a {given_type} none is. Compare with == or
    !=."""

    sign: str
    given_type: Type


class DayCalculation(ExpressionProblem):
    """Days cannot be calculated with “{sign}”, at character {column}. Write “days_between(a, b)” for the
    days from a to b, or compare two days."""

    sign: str


class ArgumentsUnfit(ExpressionProblem):
    """“{name}” at character {column} does not have the right number of values in its brackets. Write it such
    as “{example}”."""

    name: str
    example: str


class StepUnfit(ExpressionProblem):
    """To what it is to be rounded must be a fixed number above 0. Write one at character {column}, such as
    “{example}”."""

    example: str


class DivisorZero(ExpressionProblem):
    """Nothing can be divided by 0, as at character {column}. Write another number."""


# --- what can be understood, and is never so ------------------------------------------------------


class NeverTrue(ExpressionProblem):
    """“{part}” at character {column} is never true, whatever was done. Delete it, or write what has to be
    so."""

    part: str


class NeverTogether(ExpressionProblem):
    """“{part}” at character {column} can never be so, together with what else is asked of “{fact}” here.
    Correct one of the two."""

    part: str
    fact: str


# --- evaluation ---------------------------------------------------------------------------------


class ExpressionFailed(RuleSetError):
    """The expression “{source}” has no value."""

    source: str


class FactMissing(ExpressionFailed):
    """“{name}” is not known here, so that “{source}” cannot be answered. Enter it, or let the rule not ask
    for it."""

    name: str


class FactUnfit(ExpressionFailed):
    """“{name}” must be a {wanted_type} for “{source}”, and is none. Enter it anew."""

    name: str
    wanted_type: Type


class DividedByZero(ExpressionFailed):
    """In “{source}”, character {column} divides by a number that was 0. Let the rule ask first whether the
    number is above 0."""

    column: int


class NumberTooLarge(ExpressionFailed):
    """In “{source}”, what is calculated at character {column} has more than {most} digits. Let the rule
    calculate with smaller numbers, or round them before."""

    column: int
    most: int
