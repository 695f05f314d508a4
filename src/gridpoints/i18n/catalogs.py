"""Brings the catalogs up to date: ``python -m gridpoints.i18n.catalogs``, after a text was changed.

It collects every text that the sources can show, keeps the translations that are still wanted,
drops the others, compiles, and names the texts that wait for a translation. Translate these in
``locales/*/LC_MESSAGES/gridpoints.po`` and run it again. English is what the sources say, so it
has no catalog.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple, TypeGuard

from babel.messages.catalog import Catalog
from babel.messages.catalog import Message as Entry
from babel.messages.extract import extract_from_file
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from gridpoints.i18n.differences import ASPECT, BARE, BESIDE, ENTRY, TEMPLATES
from gridpoints.i18n.explanations import STEPS, UNKNOWN
from gridpoints.i18n.language import DOMAIN, LOCALES, Language
from gridpoints.i18n.messages import Message
from gridpoints.i18n.words import QUANTITIES, WORDS

SOURCES = Path(__file__).parent.parent
TRANSLATED = tuple(code for code in Language.KNOWN if code != "en")

#: The calls whose literal arguments are texts, as Babel wants them: ``language.text("…")``.
CALLS = {"text": None, "plural": (1, 2), "marked": None, "pgettext": ((1, "c"), 2)}

#: What Typer itself says on help pages and about mistakes, and looks up in our catalog.
TYPER = (
    "(deprecated) ",
    "(dynamic)",
    "Aborted!",
    "Aborted.",
    "Arguments",
    "Commands",
    "Error",
    "Missing command.",
    "No such command {name!r}.",
    "Options",
    "Try [blue]'{command_path} {help_option}'[/] for help.",
    "[default: {}]",
    "[env var: {}]",
    "[required]",
    "default: {default}",
    "env var: {var}",
    "required",
)

HEADER = "# Kept up to date by: python -m gridpoints.i18n.catalogs"
_HEADERS = {"Project-Id-Version", "Language", "Plural-Forms", "MIME-Version"}
_HEADERS |= {"Content-Type", "Content-Transfer-Encoding"}


class Texts(Catalog):
    """A catalog without dates in its header: the same texts always give the same file."""

    @property
    def mime_headers(self) -> list[tuple[str, str]]:
        """The headers that readers of the file need."""
        return [(name, value) for name, value in super().mime_headers if name in _HEADERS]

    @mime_headers.setter
    def mime_headers(self, headers: Iterable[tuple[str, str]]) -> None:
        self._set_mime_headers(headers)


class Found(NamedTuple):
    """A text in the sources: a text in singular and plural is a pair."""

    text: str | tuple[str, ...]
    file: str
    note: str = ""
    context: str | None = None


def wanted() -> Texts:
    """Every text that the sources can show, with the files that hold it."""
    texts = Texts()
    for found in (*_messages(), *_differences(), *_words(), *_literals()):
        notes = [found.note] if found.note else []
        texts.add(found.text, locations=[(found.file, 0)], auto_comments=notes, context=found.context)
    return texts


def _messages() -> Iterator[Found]:
    """What errors, problems and steps say.

    `import gridpoints` has loaded every class of ours with a template. The errors of an embedding
    program are its own to translate.
    """
    ours = [module for name, module in sys.modules.items() if name.startswith("gridpoints.")]
    found = {cls for module in ours for cls in vars(module).values() if _is_message(cls)}
    for message in sorted(found, key=lambda cls: (cls.__module__, cls.__name__)):
        file = message.__module__.removeprefix("gridpoints.").replace(".", "/")
        yield Found(message.template(), f"{file}.py", message.__name__)
    for code, templates in {**STEPS, "of another code": UNKNOWN}.items():
        for template in templates:
            yield Found(template, "i18n/explanations.py", f"step {code}")


def _differences() -> Iterator[Found]:
    for template in (*BESIDE.values(), *TEMPLATES.values(), *BARE.values(), ASPECT, ENTRY):
        yield Found(template, "i18n/differences.py")


def _is_message(thing: object) -> TypeGuard[type[Message]]:
    ours = isinstance(thing, type) and thing.__module__.startswith("gridpoints.")
    return ours and hasattr(thing, "template") and thing is not Message


def _words() -> Iterator[Found]:
    for quantity in QUANTITIES.values():
        yield Found(quantity, "i18n/words")
    for context, words in WORDS.items():
        for code, word in words.items():
            yield Found(word, "i18n/words", code, context)
    for phrase in TYPER:
        yield Found(phrase, "i18n/catalogs.py", "said by Typer")


def _literals() -> Iterator[Found]:
    """The arguments of the `CALLS` in the sources.

    Without those of the stores: their ``text()`` is SQLAlchemy's, and they speak to nobody.
    """
    for file in sorted(set(SOURCES.rglob("*.py")) - set(SOURCES.glob("storage/**/*.py"))):
        for _, text, _, context in extract_from_file("python", file, CALLS):
            yield Found(text, file.relative_to(SOURCES).as_posix(), context=context)


def path(code: str, suffix: str) -> Path:
    """Where the catalog of a language stands, as ``.po`` for people or ``.mo`` for machines."""
    return LOCALES / code / "LC_MESSAGES" / f"{DOMAIN}{suffix}"


def read(code: str) -> Catalog:
    """The catalog of a language as its translators left it; empty for a language that is new."""
    file = path(code, ".po")
    with io.BytesIO(file.read_bytes() if file.exists() else b"") as po:
        return read_po(po, locale=code, domain=DOMAIN, ignore_obsolete=True)


def translated(wanted: Texts, catalog: Catalog) -> Texts:
    """The wanted texts with the translations that `catalog` has of them."""
    texts = Texts(catalog.locale, DOMAIN, header_comment=HEADER, project="gridpoints", fuzzy=False)
    for text in wanted:
        if text.id:
            known = catalog.get(text.id, text.context)
            texts.add(
                text.id,
                known.string if known else None,
                text.locations,
                auto_comments=text.auto_comments,
                user_comments=known.user_comments if known else (),
                context=text.context,
            )
    return texts


def compiled(texts: Texts) -> bytes:
    """The catalog as `gettext` reads it."""
    with io.BytesIO() as mo:
        write_mo(mo, texts)
        return mo.getvalue()


def refresh() -> dict[str, list[str]]:
    """Write the catalogs of all languages; answers the texts that have no translation in each."""
    texts = wanted()
    waiting = {}
    for code in TRANSLATED:
        catalog = translated(texts, read(code))
        path(code, ".po").parent.mkdir(parents=True, exist_ok=True)
        with path(code, ".po").open("wb") as po:
            write_po(po, catalog, width=100, include_lineno=False)
        path(code, ".mo").write_bytes(compiled(catalog))
        waiting[code] = [str(text.id) for text in catalog if not is_complete(text)]
    return waiting


def is_complete(text: Entry) -> bool:
    """Whether every form of a text has a translation."""
    forms = [text.string] if isinstance(text.string, str) else text.string or [""]
    return all(forms)


if __name__ == "__main__":
    for code, texts in refresh().items():
        lines = [f"{code}: {len(texts)} texts wait for a translation", *texts]
        sys.stdout.write("\n  ".join(lines) + "\n")
