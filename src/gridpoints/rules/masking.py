"""Names as they are made public: 李*英 for 李秀英."""

from __future__ import annotations

import re
from collections.abc import Sequence
from unicodedata import category, name, normalize

_WORDS = re.compile(r"([\s·•・]+)")
_WRITTEN_TOGETHER = ("CJK", "KANGXI", "HANGUL", "HIRAGANA", "KATAKANA")


def masked(text: str) -> str:
    """The name with a sign for each letter that is not shown.

    Of a name that is written together the first and the last character are shown (李*英, 欧**娜),
    of two the first (李*), of one none (*). Of any other name, the first letter of each word
    (J*** S****).
    """
    words = _WORDS.split(normalize("NFC", text.strip()))
    letters = [_letters(word) for word in words]
    if len(words) == 1 and letters[0] and _together(letters[0][0]):
        return _of_one_word(letters[0])
    between = (n % 2 for n in range(len(words)))
    return "".join(
        word if gap else _first(part) for word, part, gap in zip(words, letters, between, strict=True)
    )


def _letters(word: str) -> list[str]:
    """Its letters, each with the marks that belong to it."""
    letters: list[str] = []
    for character in word:
        if letters and category(character).startswith("M"):
            letters[-1] += character
        else:
            letters.append(character)
    return letters


def _together(letter: str) -> bool:
    return name(letter[0], "").startswith(_WRITTEN_TOGETHER)


def _of_one_word(letters: Sequence[str]) -> str:
    if len(letters) < 3:
        return _first(letters)
    return f"{letters[0]}{'*' * (len(letters) - 2)}{letters[-1]}"


def _first(letters: Sequence[str]) -> str:
    return f"{letters[0]}{'*' * (len(letters) - 1)}" if len(letters) > 1 else "*" * len(letters)
