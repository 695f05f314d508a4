"""The index of the catalog: for each term, the set of numbers of what has it, as bits.

It nominates; the records decide: what a search finds is held against the record before it is shown, so
that a bit which says too much does no harm. Terms are the characters of a text and each two that
follow one another, which finds one Chinese character as well as a part of an English word.
"""

from __future__ import annotations

import unicodedata
import zlib
from collections.abc import Iterable

from attrs import frozen

#: How many numbers one block of bits covers.
BLOCK = 8_192


@frozen
class IndexEntry:
    """What a number of the index stands for: `subject` is a kind and an id (``post/p1``)."""

    id: str
    subject: str


@frozen
class IndexPosting:
    """The numbers of one block that have a term; its id is the term and the block.

    Derived from the records, and changed in place: it is not in the journal.
    """

    id: str
    bits: bytes
    version: int = 1

    @staticmethod
    def key(term: str, block: int) -> str:
        """The id of a term's posting in a block."""
        return f"{block}/{term}"

    @property
    def numbers(self) -> int:
        """The bits, the lowest for the first number of the block."""
        return int.from_bytes(zlib.decompress(self.bits), "little")


def packed(numbers: int) -> bytes:
    """Bits as a posting keeps them."""
    return zlib.compress(numbers.to_bytes((numbers.bit_length() + 7) // 8, "little"), 1)


def folded(text: str) -> str:
    """A text as it is searched: without regard to case, width and blanks."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def grams(text: str) -> set[str]:
    """The characters of a folded text and each two that follow one another, without blanks."""
    words = text.split()
    return {*"".join(words), *(word[n : n + 2] for word in words for n in range(len(word) - 1))}


def text_terms(texts: Iterable[str]) -> set[str]:
    """The terms under which texts are found."""
    return {f"t:{gram}" for text in texts for gram in grams(folded(text))}
