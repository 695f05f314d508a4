"""What is refused when merchants are paid: statements, adjustments, payments."""

from __future__ import annotations

from gridpoints.errors.base import InvalidInput, Refused


class StatementFormatUnknown(InvalidInput):
    """Nobody writes statements as {format}. Choose one of: {known}."""

    format: str
    known: tuple[str, ...]


class NotTheLastStatement(Refused):
    """The statement {settlement} of {merchant} cannot be called off: a later one goes on from it. Make an
    adjustment instead."""

    settlement: str
    merchant: str


class DifferenceOutdated(Refused):
    """What was handed out for {reference} has changed since the list was compared. Compare it again."""

    reference: str


class NothingToCorrect(Refused):
    """For {reference} no money is owed to anybody. Look at it, and leave it as it is."""

    reference: str
