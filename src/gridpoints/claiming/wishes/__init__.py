"""Small wishes (微心愿): what can be said of them. What is done with them stands in the modules here."""

from __future__ import annotations

from gridpoints.claiming.wishes.model import (
    DESK,
    FILE,
    LEASE,
    PUBLIC,
    ROUND,
    TERMS,
    WISH,
    FileStatus,
    Own,
    Particulars,
    RoundStatus,
    TermsStatus,
    Voice,
    Wish,
    WishRound,
    WishStatus,
    WishTerms,
)

__all__ = [
    "DESK",
    "FILE",
    "LEASE",
    "PUBLIC",
    "ROUND",
    "TERMS",
    "WISH",
    "FileStatus",
    "Own",
    "Particulars",
    "RoundStatus",
    "TermsStatus",
    "Voice",
    "Wish",
    "WishRound",
    "WishStatus",
    "WishTerms",
]
