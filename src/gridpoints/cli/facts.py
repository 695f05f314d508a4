"""Facts of a deed, as they are told on the command line: ``--fact kind=elder``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from gridpoints.cli.commands import option
from gridpoints.errors import FactUnknown
from gridpoints.i18n import Language
from gridpoints.rules.model import RuleSet
from gridpoints.sheets.cells import tidy
from gridpoints.sheets.facts import read_fact
from gridpoints.sheets.headings import plain_heading


def fact_option(language: Language) -> Any:
    """The option that tells a fact, and another."""
    return option(
        "NAME=VALUE", language.text("Something else that the rules ask for; may be given several times.")
    )


def read_facts(rules: RuleSet, texts: Iterable[str]) -> Mapping[str, Any]:
    """The facts that somebody wrote as ``name=value``; the name as a heading of a table would say it."""
    return dict(_fact(rules, text) for text in texts)


def _fact(rules: RuleSet, text: str) -> tuple[str, Any]:
    name, _, value = text.partition("=")
    plain = plain_heading(name)
    for rule in rules.facts.values():
        if plain in {plain_heading(each) for each in (rule.code, *rule.names.values())}:
            return rule.code, read_fact(rule, tidy(value))
    raise FactUnknown(fact=name.strip()[:40], known=tuple(sorted(rules.facts)))
