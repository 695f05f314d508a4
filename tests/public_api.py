"""What the library promises, one line each: every public name of the modules in the reference.

``python -m tests.public_api`` writes ``tests/public_api.txt`` anew; its difference in a commit shows
what the commit changes for those who build on the library.
"""

from __future__ import annotations

import importlib
import inspect
import re
from collections.abc import Callable, Iterator
from enum import Enum
from pathlib import Path
from types import FunctionType, GenericAlias, ModuleType

ROOT = Path(__file__).parents[1]
RECORDED = Path(__file__).with_suffix(".txt")


def documented_modules() -> list[str]:
    """The modules that have a place in docs/reference."""
    pages = (page.read_text(encoding="utf-8") for page in (ROOT / "docs" / "reference").glob("*.md"))
    return sorted({name for page in pages for name in re.findall(r"automodule:: (\S+)", page)})


def public_api() -> str:
    """The text of the public API: the names of the package, then each documented module's."""
    package = importlib.import_module("gridpoints")
    lines = [f"gridpoints.{name} is {_home(getattr(package, name))}" for name in package.__all__]
    for name in documented_modules():
        lines += ["", *_module(importlib.import_module(name))]
    return "\n".join(lines) + "\n"


def _home(value: object) -> str:
    if isinstance(value, type | FunctionType):
        return f"{value.__module__}.{value.__qualname__}"
    return repr(value)


def _module(module: ModuleType) -> Iterator[str]:
    exported = getattr(module, "__all__", ())
    for name, value in sorted(vars(module).items()):
        if name in exported or (_is_public(name) and _is_made_in(module, value)):
            if isinstance(value, type):
                yield from _class(f"{module.__name__}.{name}", value)
            elif isinstance(value, GenericAlias):  # its signature is another on each Python
                yield f"{module.__name__}.{name} = {value}"
            elif callable(value):
                yield _function(f"{module.__name__}.{name}", value)


def _is_made_in(module: ModuleType, value: object) -> bool:
    if isinstance(value, FunctionType):  # not by `__module__`: attrs writes its own into `evolve`
        return value.__globals__ is vars(module)
    return getattr(value, "__module__", None) == module.__name__


def _class(path: str, cls: type) -> Iterator[str]:
    if issubclass(cls, Enum):
        yield f"{path}: {', '.join(str(member.value) for member in cls)}"
    else:
        yield _function(path, cls)
    for name, value in sorted(vars(cls).items()):
        if not _is_public(name):
            continue
        if isinstance(value, property):
            yield f"{path}.{name}: {inspect.get_annotations(value.fget or cls).get('return')}"
        elif isinstance(value, classmethod | staticmethod | FunctionType):
            yield _function(f"{path}.{name}", getattr(cls, name))


def _function(path: str, function: Callable[..., object]) -> str:
    try:
        signature = str(inspect.signature(function))
    except ValueError:  # a class that takes what its base in C takes
        signature = "(...)"
    signature = re.sub(r"(?<=frozenset\(\{)[^}]*", _sorted, signature)
    signature = re.sub(r"<function (\S+) at 0x[0-9a-f]+>", r"\1", signature)
    return path + re.sub(r"(: |-> )'([^']*)'", r"\1\2", signature).replace(" -> None", "")


def _sorted(members: re.Match[str]) -> str:
    """Sets have no order: their members stand sorted."""
    return ", ".join(sorted(members.group().split(", ")))


def _is_public(name: str) -> bool:
    return not name.startswith("_")


if __name__ == "__main__":
    RECORDED.write_text(public_api(), encoding="utf-8")
