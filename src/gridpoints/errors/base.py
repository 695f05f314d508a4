"""What every error is, and the seven groups that say what a caller can do about it."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from typing import Any, ClassVar, dataclass_transform

import attrs


@dataclass_transform()
class GridpointsError(Exception):
    """gridpoints could not do what was asked."""

    code: ClassVar[str] = "gridpoints_error"

    def __init_subclass__(cls, **kwargs: object) -> None:
        super().__init_subclass__(**kwargs)
        cls.code = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", cls.__name__).lower()
        attrs.define(cls, slots=False, eq=False, repr=False, str=False)

    @classmethod
    def template(cls) -> str:
        """The English message with its fields in braces: the key of its translations."""
        return " ".join(inspect.cleandoc(cls.__doc__ or cls.code).split())

    @property
    def fields(self) -> dict[str, Any]:
        """The typed fields of this error, by name."""
        return {a.name: getattr(self, a.name) for a in _fields_of(type(self))}

    def __str__(self) -> str:
        return self.template().format_map({k: _plain(v) for k, v in self.fields.items()})

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{k}={v!r}' for k, v in self.fields.items())})"


def _fields_of(cls: type[GridpointsError]) -> tuple[attrs.Attribute[Any], ...]:
    return attrs.fields(cls) if attrs.has(cls) else ()


def _plain(value: object) -> str:
    if isinstance(value, tuple | list | frozenset):
        if value and not any(isinstance(item, str) for item in value):  # messages: one a line
            return "".join(f"\n{item}" for item in value)
        return ", ".join(map(_plain, value)) or "–"
    return "–" if value is None else str(value)


def every_error() -> Iterator[type[GridpointsError]]:
    """All error classes, groups included, breadth first and by name."""
    todo: list[type[GridpointsError]] = [GridpointsError]
    while todo:
        cls = todo.pop(0)
        yield cls
        todo += sorted(cls.__subclasses__(), key=lambda c: c.__name__)


# --- the seven groups -----------------------------------------------------------------------


class InvalidInput(GridpointsError):
    """The input is not usable. Correct it and try again."""


class NotFound(GridpointsError):
    """What was asked for does not exist."""


class Conflict(GridpointsError):
    """Something else stands in the way. Look at the present state and try again."""


class Refused(GridpointsError):
    """The community's rules do not allow this."""


class NotAllowed(GridpointsError):
    """The person who acts may not do this. Ask somebody who may."""


class RuleSetError(GridpointsError):
    """The rule set cannot be used. Correct it and try again."""


class StoreError(GridpointsError):
    """The store cannot be used. Check its URL and its installation."""
