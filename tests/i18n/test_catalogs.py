"""Nothing that a person reads is missing from a catalog, and nothing in a catalog is stale."""

from __future__ import annotations

import ast
import gettext
import io
import re
import shutil
from collections import Counter
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.extract import extract_from_file

import gridpoints
from gridpoints.errors import every_error
from gridpoints.i18n import catalogs
from gridpoints.i18n.catalogs import TRANSLATED, TYPER, compiled, is_complete, path, read, translated, wanted
from gridpoints.i18n.explanations import STEPS
from gridpoints.i18n.language import LOCALES, Language
from gridpoints.i18n.words import WORDS
from gridpoints.records import kind_of
from gridpoints.storage.integrity import KINDS

SOURCES = Path(gridpoints.__file__).parent
REFRESH = "run: python -m gridpoints.i18n.catalogs"

in_each_catalog = pytest.mark.parametrize("code", TRANSLATED)


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def forms(string: object) -> tuple[str, ...]:
    return (string,) if isinstance(string, str) else tuple(string)  # type: ignore[arg-type]


@in_each_catalog
def test_no_text_is_missing_and_none_is_stale(code: str) -> None:
    texts = {(text.context, text.id) for text in wanted() if text.id}
    catalog = {(text.context, text.id) for text in read(code) if text.id}
    assert sorted(texts - catalog, key=str) == [], REFRESH
    assert sorted(catalog - texts, key=str) == [], REFRESH


@in_each_catalog
def test_every_text_is_translated(code: str) -> None:
    catalog = [text for text in read(code) if text.id]
    assert [text.id for text in catalog if not is_complete(text)] == []
    assert [text.id for text in catalog if text.fuzzy] == []


@in_each_catalog
def test_translations_have_the_fields_and_the_plurals_of_their_texts(code: str) -> None:
    catalog = read(code)
    for text in catalog:
        if text.id and is_complete(text):
            given = set().union(*map(fields, forms(text.id)))
            assert [fields(form) for form in forms(text.string)] == [given] * len(forms(text.string)), text.id
            assert len(forms(text.string)) == (catalog.num_plurals if text.pluralizable else 1), text.id


@in_each_catalog
def test_the_compiled_catalog_is_that_of_its_text(code: str) -> None:
    assert path(code, ".mo").read_bytes() == compiled(translated(wanted(), read(code))), REFRESH
    with path(code, ".mo").open("rb") as mo:
        assert gettext.GNUTranslations(mo).gettext("none") == "none"  # a word without its context


@pytest.mark.parametrize(("code", "charset"), [("zh_Hans", "gb2312"), ("zh_Hant", "big5")])
def test_the_two_chineses_are_not_mixed(code: str, charset: str) -> None:
    """GB 2312 holds no character that is traditional only, and Big5 none that is simplified only."""
    for text in read(code):
        if text.id:
            for form in forms(text.string):
                assert form.encode(charset, "ignore").decode(charset) == form


@pytest.mark.parametrize(("code", "foreign"), [("zh_Hans", "「」『』"), ("zh_Hant", "“”‘’")])
def test_each_chinese_has_its_own_quotation_marks(code: str, foreign: str) -> None:
    wrong = [text.string for text in read(code) if text.id and set(foreign) & set(str(text.string))]
    assert wrong == []


def test_refreshing_keeps_what_was_translated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(LOCALES, tmp_path, dirs_exist_ok=True)
    monkeypatch.setattr(catalogs, "LOCALES", tmp_path)
    assert catalogs.refresh() == {code: [] for code in TRANSLATED}
    for file in LOCALES.rglob("*.mo"):
        assert (tmp_path / file.relative_to(LOCALES)).read_bytes() == file.read_bytes()


# --- what is not a literal in a call ------------------------------------------------------------


def calls() -> Iterator[tuple[str, ast.Call]]:
    """Every call in the rooms, with the name of what is called."""
    outside = {*SOURCES.glob("storage/**/*.py"), *SOURCES.glob("testing/**/*.py")}
    for file in set(SOURCES.rglob("*.py")) - outside:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                match node.func:
                    case ast.Name(id=name) | ast.Attribute(attr=name):
                        yield name, node


def constants(name: str, argument: int | str) -> set[str]:
    """The texts that stand as this argument in the calls of this name (a pattern)."""
    found = set()
    for called, call in calls():
        if re.fullmatch(name, called):
            given: list[ast.expr] = [k.value for k in call.keywords if k.arg == argument]
            if isinstance(argument, int):
                given = call.args[argument : argument + 1]
            found |= {node.value for node in given if isinstance(node, ast.Constant) and node.value}
    return {text for text in found if isinstance(text, str)}


def enums(base: type[StrEnum] = StrEnum) -> Iterator[type[StrEnum]]:
    for cls in base.__subclasses__():
        if cls.__module__.startswith("gridpoints."):
            yield cls
            yield from enums(cls)


@in_each_catalog
def test_every_enum_is_put_into_words(code: str) -> None:
    language = Language(code)
    members = [member for cls in enums() for member in cls]
    assert [repr(member) for member in members if language.word(member).isascii()] == []


def test_no_two_errors_share_a_code() -> None:
    codes = [error.code for error in every_error() if error.__module__.startswith("gridpoints.")]
    assert [code for code, times in Counter(codes).items() if times > 1] == []


def test_every_kind_of_record_has_a_word() -> None:
    used = {kind_of(kind) for kind in KINDS} | constants("[A-Z].*(Unknown|Exists|Published|Claimed)", "kind")
    assert used - WORDS["kind"].keys() == set()


def test_every_field_that_can_be_wrong_has_a_word() -> None:
    checked = constants("check_(identifier|text|whole|decimal|instant)", 0) | constants("[A-Z].*", "field")
    checked |= constants("Column", 0)  # of a clerk's table
    assert checked - WORDS["field"].keys() == set()


def test_every_step_has_its_texts() -> None:
    """The steps of awards are made by name; a statement's are made of kinds of transactions."""
    kinds = constants("Transaction", "kind") | {"adjustment", "award", "expiry", "settlement"}
    assert (constants("Step", 0) | kinds) - STEPS.keys() == set()
    assert kinds - WORDS["transaction_kind"].keys() == set()


def test_what_typer_says_is_translated() -> None:
    core = pytest.importorskip("typer.core", reason="Typer is not installed: install the extra cli")
    files = [Path(core.__file__), Path(core.__file__).with_name("rich_utils.py")]
    said = {text for file in files for _, text, _, _ in extract_from_file("python", file, {"_": None})}
    assert said == set(TYPER)


def test_a_new_language_begins_with_nothing_translated() -> None:
    catalog = translated(wanted(), read("de"))
    assert {is_complete(text) for text in catalog if text.id} == {False}
    with io.BytesIO(compiled(catalog)) as mo:
        assert gettext.GNUTranslations(mo).gettext("{code}: {reason}") == "{code}: {reason}"
