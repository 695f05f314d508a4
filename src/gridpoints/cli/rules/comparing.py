"""``rules diff``: what two versions of the rules differ in, in words."""

# Typer reads annotations as they are: no `from __future__ import annotations` here.

from typing import Annotated, Any

from gridpoints.cli.commands import Commands, argument
from gridpoints.cli.desk import Desk
from gridpoints.cli.exits import DONE, SOMETHING_LEFT
from gridpoints.cli.output import words
from gridpoints.cli.rules.publishing import names_version
from gridpoints.errors import RecordUnknown
from gridpoints.i18n import Language
from gridpoints.i18n.words import QUANTITIES
from gridpoints.rules.difference import Altered, Difference, difference
from gridpoints.rules.loading import load, read
from gridpoints.rules.model import RuleSet
from gridpoints.values import Step

_SIGNS = {Altered.ADDED: "+", Altered.REMOVED: "−", Altered.CHANGED: "~"}
_STYLES = {Altered.ADDED: "green", Altered.REMOVED: "red", Altered.CHANGED: "yellow"}

#: The tables of a file whose entries have names that a reader knows them under.
_NAMED = ("facts", "units", "categories", "deeds")


def register(command: Commands, language: Language) -> None:
    """Add the commands of this module."""
    of_rules = language.text("A YAML file, a preset, or a version of the community's, published or a draft.")

    @command("diff", language.text("Tell in words what two versions of the rules differ in."))
    def diff(
        desk: Desk,
        *,
        old: Annotated[str, argument("OLD", of_rules)],
        new: Annotated[str, argument("NEW", of_rules)],
    ) -> int:
        before, after = (_rules(desk, named) for named in (old, new))
        found = difference(before, after)
        said = desk.language
        known = _names(said, before) | _names(said, after)
        sentences = [said.difference(each, known) for each in found]
        document = {
            "old": before.id,
            "new": after.id,
            "differences": [
                _document(each, sentence) for each, sentence in zip(found, sentences, strict=True)
            ],
        }
        if not found:
            desk.out.show(document, said.text("{old} and {new} say the same", old=before.id, new=after.id))
            return DONE
        table = desk.out.table(
            said.text("From {old} to {new}", old=before.id, new=after.id),
            [words(""), words("")],
            [(_SIGNS[each.altered], sentence) for each, sentence in zip(found, sentences, strict=True)],
        )
        table.show_header = False
        for row, each in zip(table.rows, found, strict=True):
            row.style = _STYLES[each.altered]
        desk.out.show(document, table)
        return SOMETHING_LEFT


def _rules(desk: Desk, named: str) -> RuleSet:
    if not names_version(named):
        text, source = read(named)
        return load(text, source)
    with desk.village() as village:
        try:
            return village.rules.version(named)
        except RecordUnknown:
            return load(village.rules.draft_of(named).text, named)


def _names(said: Language, rules: RuleSet) -> dict[str, str]:
    return {
        code: said.name(entry["name"], code)
        for section in _NAMED
        for code, entry in rules.written[section].items()
        if entry["name"] and code not in QUANTITIES  # "1 point" has words of its own
    }


def _document(each: Difference, sentence: str) -> dict[str, Any]:
    return {
        "altered": each.altered,
        "section": each.section,
        "entry": each.entry,
        "aspect": list(each.aspect),
        "old": [_step(step) for step in each.old],
        "new": [_step(step) for step in each.new],
        "sentence": sentence,
    }


def _step(step: Step) -> dict[str, Any]:
    values = {name: _steps(value) for name, value in step.values.items()}
    return {"code": step.code, "values": values}


def _steps(value: Any) -> Any:
    if isinstance(value, Step):
        return _step(value)
    return [_steps(each) for each in value] if isinstance(value, tuple) else value
