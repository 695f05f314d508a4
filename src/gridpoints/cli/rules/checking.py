"""``rules check``, ``rules schema``, ``rules examples``: what is wrong with a file, before it is law."""

# Typer reads annotations as they are: no `from __future__ import annotations` here.

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

from rich.text import Text

from gridpoints.cli.commands import OF_STORES, Commands, argument, flag, option
from gridpoints.cli.desk import Desk
from gridpoints.cli.exits import DONE, SOMETHING_LEFT, exit_code
from gridpoints.cli.files import write_text
from gridpoints.cli.output import figures, words
from gridpoints.context import SystemClock
from gridpoints.errors import RuleSetInvalid
from gridpoints.i18n import Language
from gridpoints.i18n.words import QUANTITIES
from gridpoints.rules.file.checks.trials import Trial
from gridpoints.rules.file.problems import Problem
from gridpoints.rules.loading import Checked, check, json_schema, read
from gridpoints.values import Step


def register(command: Commands, language: Language) -> None:
    """Add the commands of this module."""
    _register_check(command, language)
    _register_schema(command, language)
    _register_examples(command, language)


def _file(language: Language) -> Any:
    return argument("FILE", language.text("The rule set: a file, or the name of one that comes along."))


def _register_check(command: Commands, language: Language) -> None:
    @command(
        "check",
        language.text(
            "Look through a rule set: all that is wrong, each with its place, what should be looked at, and"
            " whether its own examples give what they say."
        ),
        without=OF_STORES,
    )
    def check_file(
        desk: Desk,
        *,
        file: Annotated[str, _file(language)],
        strict: Annotated[
            bool, flag("--strict", language.text("Let warnings count in the exit code, as 1."))
        ] = False,
    ) -> int:
        checked = _checked(desk, file)
        said = desk.language
        passed = sum(trial.passed for trial in checked.trials)
        parts: list[Any] = [
            desk.out.table(
                title,
                [figures(said.text("Line")), figures(said.text("Column")), words(said.text("What"))],
                [(str(p.line), str(p.column), said.error(p.error, desk.known)) for p in problems],
            )
            for title, problems in (
                (said.text("Wrong in {file}", file=checked.source), checked.problems),
                (said.text("To be looked at in {file}", file=checked.source), checked.warnings),
            )
            if problems
        ]
        if not checked.problems:
            parts.append(Text(said.text("{file} can be used.", file=checked.source), style="green"))
        if checked.trials:
            counts = {"passed": passed, "count": len(checked.trials)}
            parts.append(Text(said.text("Examples that give what they say: {passed} of {count}.", **counts)))
        document = {
            "file": checked.source,
            "rule_set": checked.rules.id if checked.rules else None,
            "problems": [_document(desk, problem) for problem in checked.problems],
            "warnings": [_document(desk, warning) for warning in checked.warnings],
            "examples": len(checked.trials),
            "passed": passed,
        }
        desk.out.show(document, *parts)
        if checked.problems:
            return exit_code(_invalid(checked))
        return SOMETHING_LEFT if strict and checked.warnings else DONE


def _register_schema(command: Commands, language: Language) -> None:
    @command(
        "schema",
        language.text(
            "Write the JSON Schema of a rule set's file: an editor that has it completes and checks as you"
            " type."
        ),
        without=OF_STORES,
    )
    def schema(
        desk: Desk,
        *,
        out: Annotated[
            Path | None, option("FILE", language.text("Where it is written; without it, on the screen."))
        ] = None,
    ) -> None:
        made = json_schema()
        if out is not None:
            write_text(out, json.dumps(made, ensure_ascii=False, indent=2) + "\n")
            desk.out.show({"file": str(out)}, str(out))
        else:
            desk.out.show(made, json.dumps(made, ensure_ascii=False, indent=2))


def _register_examples(command: Commands, language: Language) -> None:
    @command(
        "examples",
        language.text("Run the examples of a rule set: what each gives, and why, step by step."),
        without=OF_STORES,
    )
    def examples(desk: Desk, *, file: Annotated[str, _file(language)]) -> int:
        checked = _checked(desk, file)
        if checked.problems and not checked.trials:
            raise _invalid(checked)
        said = desk.language
        document = {
            "file": checked.source,
            "examples": [
                {
                    "line": trial.line,
                    "deed": trial.example.deed,
                    "expected": trial.example.gives,
                    "gives": _given(trial),
                    "passed": trial.passed,
                    "explanation": _explained(desk, trial),
                }
                for trial in checked.trials
            ],
        }
        tables: list[Any] = [
            desk.out.table(
                said.text("Line {line}: {deed}", line=str(trial.line), deed=trial.example.deed),
                [words(_heading(said, trial))],
                [(line,) for line in _explained(desk, trial)],
            )
            for trial in checked.trials
        ]
        desk.out.show(
            document, *(tables or [said.text("There are no examples in {file}.", file=checked.source)])
        )
        return DONE if all(trial.passed for trial in checked.trials) else exit_code(_invalid(checked))


def _checked(desk: Desk, file: str) -> Checked:
    text, name = read(file)
    checked = check(text, name, today=SystemClock().now().date())
    if checked.rules is not None:
        _know(desk, checked.rules.units)
    return checked


def _know(desk: Desk, units: Mapping[str, Any]) -> None:
    for unit in units.values():
        if unit.code not in QUANTITIES:  # "1 point" has words of its own
            desk.known[unit.code] = desk.language.name(unit.names, unit.code)


def _invalid(checked: Checked) -> RuleSetInvalid:
    problems = checked.problems
    return RuleSetInvalid(source=checked.source, count=len(problems), problems=problems)


def _document(desk: Desk, problem: Problem) -> dict[str, Any]:
    fields = {
        name: desk.language.explanation(value, desk.known) if _is_explanation(value) else value
        for name, value in problem.values.items()
    }
    return {
        "line": problem.line,
        "column": problem.column,
        "code": problem.code,
        "message": desk.language.error(problem.error, desk.known),
        "fields": fields,
    }


def _is_explanation(value: object) -> bool:
    return isinstance(value, Sequence) and bool(value) and all(isinstance(each, Step) for each in value)


def _given(trial: Trial) -> Any:
    judgement = trial.judgement
    return None if judgement is None else judgement.unit.decimal(judgement.awarded)


def _heading(said: Language, trial: Trial) -> str:
    if trial.judgement is None:
        return said.text("It cannot be judged")
    given = said.number(_given(trial))
    if trial.passed:
        return said.text("It gives {given}, as it must", given=given)
    return said.text("It gives {given}, and must give {expected}", given=given, expected=trial.example.gives)


def _explained(desk: Desk, trial: Trial) -> list[str]:
    if trial.judgement is None:
        return [desk.language.error(trial.error, desk.known)] if trial.error else []
    return desk.language.explanation(trial.judgement.explanation, desk.known)
