"""What is refused when merchants are paid: statements, adjustments, payments."""

from __future__ import annotations

from gridpoints.errors.base import InvalidInput


class FormatUnknown(InvalidInput):
    """Nobody writes statements as {format}. Choose one of: {known}."""

    format: str
    known: tuple[str, ...]
