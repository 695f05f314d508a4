"""Which column is which: the headings (表头) that clerks use, in Chinese and English."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property, lru_cache

from attrs import frozen

from gridpoints.errors import ColumnDoubled, ColumnMissing

#: The heading row is looked for among so many rows: a title and a date may stand above it.
HEAD = 20

#: What a heading may have beside its word: blanks, a colon, a star for "must be filled in".
_ORNAMENT = re.compile(r"[\s_*:.、-]+")
#: A remark behind the word: 数量（小时）.
_REMARK = re.compile(r"[(\[].*?[)\]]")


@frozen
class Column:
    """A column that a table may have, by every heading it is known under."""

    key: str
    headings: tuple[str, ...]

    @classmethod
    def of(cls, key: str, headings: str) -> Column:
        """The column with these headings, given in one text with commas between them."""
        return cls(key, tuple(headings.split(", ")))

    @property
    def recommended(self) -> tuple[str, ...]:
        """The first Chinese and the first English heading."""
        return self.headings[:2]


@frozen
class Layout:
    """The columns of one sort of table. Of each group in `required`, one column must be there."""

    columns: tuple[Column, ...]
    required: tuple[tuple[str, ...], ...]

    @cached_property
    def _keys(self) -> Mapping[str, str]:
        return {plain_heading(heading): column.key for column in self.columns for heading in column.headings}

    def column(self, key: str) -> Column:
        """The column of that key."""
        return next(column for column in self.columns if column.key == key)

    def key(self, heading: str) -> str | None:
        """The column that a heading means, if it means one."""
        plain = plain_heading(heading)
        return self._keys.get(plain) or self._keys.get(_REMARK.sub("", plain))

    def recognised(self, cells: Iterable[str]) -> int:
        """How many different columns a row of cells names: the heading row names most."""
        return len({key for cell in cells if cell and (key := self.key(cell))})

    def complete(self, cells: Iterable[str]) -> bool:
        """Whether a row of cells names every column that is required."""
        keys = {self.key(cell) for cell in cells if cell}
        return all(keys.intersection(group) for group in self.required)

    def read(self, file: str, cells: Sequence[str]) -> dict[str, int]:
        """Where each column stands; raises `ColumnMissing` or `ColumnDoubled`."""
        found: dict[str, list[int]] = {}
        for index, cell in enumerate(cells):
            if cell and (key := self.key(cell)):
                found.setdefault(key, []).append(index)
        for key, indexes in found.items():
            if len(indexes) > 1:
                raise ColumnDoubled(file=file, column=key, found=tuple(cells[i] for i in indexes))
        for group in self.required:
            if not found.keys() & set(group):
                accepted = tuple(heading for key in group for heading in self.column(key).recommended)
                raise ColumnMissing(file=file, column=group[0], accepted=accepted)
        return {key: indexes[0] for key, indexes in found.items()}


@lru_cache(maxsize=1_024)  # a long table has few deeds, which are looked up by it
def plain_heading(heading: str) -> str:
    """`heading` without case, blanks and ornament: two that are alike mean the same."""
    return _ORNAMENT.sub("", unicodedata.normalize("NFKC", heading).casefold())
