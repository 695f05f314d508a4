"""Rule sets from YAML: a text, a file, or one of the presets that come with gridpoints."""

from __future__ import annotations

from datetime import date
from functools import partial
from importlib.resources import files
from pathlib import Path
from typing import Any

from attrs import frozen

from gridpoints.errors import RuleSetInvalid, RuleSetNotFound, RuleSetUnreadable
from gridpoints.rules.expression.evaluator import Expressions
from gridpoints.rules.expression.model import Evaluator
from gridpoints.rules.file.checking import check as check_values
from gridpoints.rules.file.checking import in_order, read_checked, together
from gridpoints.rules.file.checks.coherence import examine, reader
from gridpoints.rules.file.checks.trials import Trial
from gridpoints.rules.file.document import Identity, RuleSetDocument
from gridpoints.rules.file.problems import Problem
from gridpoints.rules.file.schema import published
from gridpoints.rules.file.source import LONGEST_FILE, decode, parse
from gridpoints.rules.model import RuleSet
from gridpoints.values import check_type

_PRESETS = files("gridpoints.presets")
_SUFFIX = ".yaml"
_SHOP = "-shop"


@frozen
class Checked:
    """What there is to say of a rule set's file.

    `problems` must be mended: `rules` is None where there are any. `warnings` are of what never happens, does
    not fit together, or is out of date; the file can be used all the same. `trials` are the file's own
    examples, run; none where something else is wrong.
    """

    source: str
    rules: RuleSet | None
    problems: tuple[Problem, ...]
    warnings: tuple[Problem, ...]
    trials: tuple[Trial, ...]


def check(text: str, source: str = "text", *, today: date, evaluator: Evaluator | None = None) -> Checked:
    """All that is wrong with a rule set, and what is to be looked at. Nothing in the text makes it raise.

    Days of review that are before `today` are warned of. Raises `FormDoubled` and its like where packages
    that add kinds of rule clash.
    """
    parsed = parse(text)
    if parsed.data is None:
        return Checked(source, None, tuple(in_order(parsed.problems)), (), ())
    examined = examine(parsed, evaluator or Expressions())
    problems = together(parsed, examined.problems)
    rules = None if problems else examined.rules
    return Checked(source, rules, tuple(problems), tuple(examined.warnings(today)), tuple(examined.trials))


def json_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of a rule set's file, kinds of rule from installed packages included.

    An editor that is given it completes what is typed, and underlines what is wrong.
    """
    return published(RuleSetDocument)


def load(text: str, source: str = "text", *, evaluator: Evaluator | None = None) -> RuleSet:
    """Compile a rule set; `source` names it in messages, `evaluator` is another engine for expressions.

    Raises `RuleSetInvalid` with all that is wrong, by line and column.
    """
    return read_checked(text, source, reader(evaluator or Expressions()))


def version_of(text: str, source: str = "text") -> str:
    """The ``code@version`` of a text that need not be right in anything else.

    Raises `RuleSetInvalid` where it does not say them, or is no YAML.
    """
    found = parse(text)
    document, _ = check_values(Identity, found)
    if document is None:
        document = read_checked(text, source, partial(check_values, Identity))
    return document.id


def load_file(path: str | Path) -> RuleSet:
    """Compile the rule set in a file; raises as `load` and `read_file` do."""
    return load(read_file(path), str(path))


def preset(name: str) -> RuleSet:
    """One of the rule sets that come with gridpoints; raises `RuleSetNotFound`."""
    return load(preset_text(name), name)


def preset_names() -> tuple[str, ...]:
    """The names of the rule sets that come with gridpoints, sorted."""
    return tuple(name for name in _preset_files() if not name.endswith(_SHOP))


def shop_names() -> tuple[str, ...]:
    """Those of them beside which stands what a shop gives."""
    return tuple(name.removesuffix(_SHOP) for name in _preset_files() if name.endswith(_SHOP))


def preset_text(name: str) -> str:
    """The YAML of a preset, to publish or to start one's own from; raises `RuleSetNotFound`.

    A file that stands beside the rules has a name of its own: ``baiyang-shop``.
    """
    if name not in _preset_files():
        raise RuleSetNotFound(source=name, known=preset_names())
    return (_PRESETS / f"{name}{_SUFFIX}").read_text("utf-8")


def _preset_files() -> list[str]:
    return sorted(f.name.removesuffix(_SUFFIX) for f in _PRESETS.iterdir() if f.name.endswith(_SUFFIX))


def read_file(path: str | Path) -> str:
    """The text of a file in UTF-8, however its lines end.

    Raises `RuleSetNotFound`, `RuleSetUnreadable`, and `RuleSetInvalid` where it is not text.
    """
    try:
        with Path(path).open("rb") as file:
            text = decode(file.read(4 * LONGEST_FILE + 1))
    except (FileNotFoundError, ValueError):  # ValueError: a NUL in the name
        raise RuleSetNotFound(source=str(path), known=preset_names()) from None
    except OSError:
        raise RuleSetUnreadable(source=str(path)) from None
    if not isinstance(text, str):
        raise RuleSetInvalid(source=str(path), count=1, problems=(text,))
    return text


def read(source: str | Path) -> tuple[str, str]:
    """The text of a rule set, and its name for messages.

    `source` is a path, a preset's name (also with ``.yaml``, where there is no such file), or the
    YAML itself, which has more than one line. Raises what `read_file` raises.
    """
    if isinstance(source, Path):
        return read_file(source), str(source)
    if "\n" in check_type("rules", source, str):
        return source, "text"
    if source in preset_names():
        return preset_text(source), source
    preset = source.removesuffix(_SUFFIX)
    try:
        return read_file(source), source
    except RuleSetNotFound:
        if preset not in preset_names():
            raise
        return preset_text(preset), source
